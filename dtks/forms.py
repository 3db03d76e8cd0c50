from pathlib import Path

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.periods import Period
from dtks.models import Export, Snapshot
from dtks.services.snapshots import TEXT_ENDINGS


class UploadForm(forms.Form):
    """Step 1: which file this is, and the file."""

    sumber = forms.ChoiceField(
        label=_("What kind of file is it?"),
        choices=Snapshot.Source.choices,
        widget=forms.RadioSelect,
    )
    tahun = forms.TypedChoiceField(label=_("Year"), coerce=int)
    tahap = forms.TypedChoiceField(
        label=_("Stage"), coerce=int, choices=[(n, str(n)) for n in (1, 2, 3, 4)]
    )
    berkas = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )

    def __init__(self, *args, today, **kwargs):
        now = Period.of(today)
        kwargs.setdefault("initial", {"tahun": now.year, "tahap": now.stage})
        super().__init__(*args, **kwargs)
        years = range(now.year + 1, now.year - 8, -1)
        self.fields["tahun"].choices = [(year, str(year)) for year in years]
        self.fields["berkas"].help_text = _(
            "Excel (.xlsx) up to %(workbook)s MB, or text (.csv, .txt, .tsv) up to %(text)s MB. "
            "Nothing is stored in the register yet."
        ) % {
            "workbook": settings.PKH_MAX_UPLOAD_BYTES >> 20,
            "text": settings.PKH_MAX_TEXT_UPLOAD_BYTES >> 20,
        }

    def clean_berkas(self):
        """Too large is said before anything waits on the disk; the service counts the bytes."""
        upload = self.cleaned_data["berkas"]
        text = Path(upload.name).suffix.lower() in TEXT_ENDINGS
        limit = settings.PKH_MAX_TEXT_UPLOAD_BYTES if text else settings.PKH_MAX_UPLOAD_BYTES
        if upload.size > limit:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Use CSV or divide it by kecamatan.")
                % {"limit": limit >> 20}
            )
        return upload


class ReasonForm(forms.Form):
    alasan = forms.CharField(label=_("Reason"), max_length=300)


class ExportForm(forms.Form):
    jenis = forms.ChoiceField(choices=Export.Kind.choices)
    bentuk = forms.ChoiceField(label=_("As"), choices=Export.Format.choices)
    hasil = forms.CharField(required=False, max_length=20)
    alasan = forms.CharField(
        label=_("What is the data needed for?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
