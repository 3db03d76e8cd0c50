"""Small lists of master data in admin/, filled from a spreadsheet and taken out as one.

An officer takes the list out, changes rows in his spreadsheet program and brings it back: what
would change is shown row by row before anything is written, and one wrong row keeps the others out
too, so that a list is never half new. Rows are found by their own words (`key_fields`), never by
an id. Ministry files go another way (dtks), and so does everything about people.
"""

import tempfile
from pathlib import Path
from types import new_class
from typing import Any

import tablib
from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import FileResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult
from import_export.widgets import Widget

from core.admin import OfficeModelAdmin
from core.errors import Refused
from core.exports import write_xlsx
from core.forms import DayField
from core.sheets import open_sheet, plain

MOST_ROWS = 500
LARGEST_FILE = 2_000_000  # bytes
CELLS = "core.small_lists"  # what a signed list of cells was signed for


class CellWidget(Widget):
    """A cell as people write it: the words of a choice, ya/tidak, a day, the code of an area."""

    def __init__(self, field, key="pk"):
        super().__init__()
        self.field, self.key = field, key

    def clean(self, value, row=None, **kwargs):
        text = (value or "").strip()
        if self.field.is_relation:
            return self._record(text)
        if self.field.choices:
            return self._choice(text)
        if isinstance(self.field, models.BooleanField):
            return self._truth(text)
        is_day = isinstance(self.field, models.DateField)
        form_field: Any = DayField() if is_day else self.field.formfield()
        form_field.required = not self.field.blank
        try:
            return form_field.clean(text)
        except ValidationError as wrong:
            raise ValueError(" ".join(wrong.messages)) from None

    def render(self, value, obj=None, **kwargs):
        if value is None:
            return ""
        if self.field.is_relation:
            return str(getattr(value, self.key))
        if self.field.choices:
            return str(dict(self.field.flatchoices).get(value, value))
        if isinstance(self.field, models.BooleanField):
            return _("yes") if value else _("no")
        if isinstance(self.field, models.DateField):
            return date_format(value, "d-m-Y")
        return str(value)

    def _record(self, text):
        found = self.field.related_model._default_manager.filter(**{self.key: text}).first()
        if found is None:
            raise ValueError(_("Nothing in the office's data has the code “%s”.") % text[:60])
        return found

    def _choice(self, text):
        for value, label in self.field.flatchoices:
            if text.casefold() in (str(value).casefold(), str(label).casefold()):
                return value
        allowed = ", ".join(str(label) for _value, label in self.field.flatchoices)
        raise ValueError(_("Write one of: %s.") % allowed)

    def _truth(self, text):
        words = {"1": True, "true": True, "0": False, "false": False}
        words |= {_("yes").casefold(): True, _("no").casefold(): False}
        if text.casefold() not in words:
            raise ValueError(_("Write one of: %s.") % f"{_('yes')}, {_('no')}")
        return words[text.casefold()]


class ListResource(ModelResource):
    """Rows of one model for import-export: validated as the form of the model validates them."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def get_queryset(self):
        return self.rows

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly):
        key = getattr(cls, "codes", {}).get(field_name, "pk")
        return Field(
            attribute=field_name,
            column_name=field_name,
            widget=CellWidget(django_field, key),
            saves_null_values=django_field.null,
        )

    def get_instance(self, instance_loader, row):
        """The row of the list that has the same key; none when a key cell cannot be read, which
        the field itself will say."""
        try:
            return super().get_instance(instance_loader, row)
        except ValueError:
            return None


def resource_of(model, *, columns, key_fields, codes=None):
    """`columns` in the order of the sheet; `codes`: {foreign key: field of the other record}."""
    meta = {
        "model": model,
        "fields": columns,
        "import_id_fields": key_fields,
        "clean_model_instances": True,
        "skip_unchanged": True,
        "report_skipped": True,
        "use_transactions": True,
    }
    body = {"Meta": type("Meta", (), meta), "codes": codes or {}}
    return new_class(
        f"{model.__name__}Resource", (ListResource,), exec_body=lambda to: to.update(body)
    )


class SheetForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        help_text=gettext_lazy(
            "xlsx or csv, at most 500 rows, with the column names of the list taken out here."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(_("This file is too large for a small list (most: 2 MB)."))
        return file


class SmallListAdmin(OfficeModelAdmin):
    """A list that can be taken out as xlsx, and filled from one by whoever may add and change."""

    change_list_template = "admin/small_list.html"
    columns: tuple[str, ...] = ()
    key_fields: tuple[str, ...] = ()
    codes: dict[str, str] = {}

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("ambil/", wrap(self.take_out), name=f"{name}_take_out"),
            path("isi/", wrap(self.fill), name=f"{name}_fill"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        more = {"may_fill": self._may_fill(request), "list_urls": self._urls()}
        return super().changelist_view(request, (extra_context or {}) | more)

    def take_out(self, request):
        """GET: the rows the user may see, as xlsx."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        resource, titles = self._resource(request), self._titles()
        rows = self.get_queryset(request).order_by(*(self.opts.ordering or ()))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "list.xlsx"
            write_xlsx(
                file,
                list(titles.values()),
                (
                    [resource.export_field(one, row) for one in self._fields(resource)]
                    for row in rows
                ),
                sheet=capfirst(str(self.opts.verbose_name_plural)),
                widths=[max(14, len(title) + 4) for title in titles.values()],
            )
            return FileResponse(
                file.open("rb"),
                as_attachment=True,
                filename=f"{slugify(str(self.opts.verbose_name_plural))}.xlsx",
            )

    def fill(self, request):
        """POST a file: what would change. POST what was shown: it is written, whole or not."""
        if not self._may_fill(request):
            raise PermissionDenied
        form, shown = SheetForm(), {}
        if request.method == "POST" and "cells" in request.POST:
            numbers, rows = self._unsigned(request)
            result = self._run(request, rows, dry_run=False)
            if not self._wrong(result, numbers):
                return self._done(request, result)
            shown = self._shown(request, result, numbers)
        elif request.method == "POST":
            form = SheetForm(request.POST, request.FILES)
            if form.is_valid():
                try:
                    numbers, rows = self._read(form.cleaned_data["file"])
                except Refused as refusal:
                    form.add_error("file", str(refusal))
                else:
                    result = self._run(request, rows, dry_run=True)
                    shown = self._shown(request, result, numbers)
                    if not shown["wrong"]:
                        key = f"{request.user.pk}:{self.opts.label}"
                        shown["cells"] = signing.dumps(
                            [key, numbers, rows], salt=CELLS, compress=True
                        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Fill from a spreadsheet"),
            "form": form,
            "titles": self._titles().values(),
            "keys": [self._titles()[name] for name in self.key_fields],
            "list_urls": self._urls(),
            **shown,
        }
        return TemplateResponse(request, "admin/small_list_fill.html", context)

    # --- parts

    def _may_fill(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def _urls(self):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return {part: reverse(f"{name}_{part}") for part in ("changelist", "take_out", "fill")}

    def _resource(self, request):
        kind = resource_of(
            self.model, columns=self.columns, key_fields=self.key_fields, codes=self.codes
        )
        return kind(self.get_queryset(request))

    def _fields(self, resource):
        return [resource.fields[name] for name in self.columns]

    def _titles(self):
        """{name of the field: title of its column}, in the asker's language."""
        found: dict[str, Any] = {name: self.opts.get_field(name) for name in self.columns}
        return {name: capfirst(str(field.verbose_name)) for name, field in found.items()}

    def _read(self, file):
        """([row numbers of the file], [[cell of each column]]). Raises Refused."""
        titles = self._titles()
        words = {plain(word): name for name, title in titles.items() for word in (name, title)}
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "list"
            with kept.open("wb") as target:
                for chunk in file.chunks():
                    target.write(chunk)
            with open_sheet(kept, name=file.name, source_aliases=set(words)) as sheet:
                places: dict[str | None, int] = {}
                for place, column in enumerate(sheet.columns):
                    places.setdefault(words.get(plain(column)), place)
                if missing := [titles[name] for name in titles if name not in places]:
                    raise Refused(
                        "columns_missing",
                        _("The file has no column: %s. Take the list out here and fill that one.")
                        % ", ".join(missing),
                    )
                numbers: list[int] = []
                rows: list[list[str]] = []
                for row in sheet:
                    if len(rows) == MOST_ROWS:
                        raise Refused(
                            "too_many_rows",
                            _("More than %d rows. Split the file.") % MOST_ROWS,
                        )
                    cells = [self._cell(row, places[name]) for name in titles]
                    if any(cells):
                        numbers.append(row.number)
                        rows.append(cells)
        if not rows:
            raise Refused("no_rows", _("The file has no row under its column names."))
        return numbers, rows

    def _cell(self, row, place):
        return row.cells[place].strip() if place < len(row.cells) else ""

    def _run(self, request, rows, *, dry_run):
        return self._resource(request).import_data(
            tablib.Dataset(*rows, headers=list(self.columns)),
            dry_run=dry_run,
            raise_errors=False,
            rollback_on_validation_errors=True,
            retain_instance_in_row_result=True,
        )

    def _unsigned(self, request):
        try:
            key, numbers, rows = signing.loads(request.POST["cells"], salt=CELLS, max_age=3600)
        except signing.BadSignature:
            key = ""
        if key != f"{request.user.pk}:{self.opts.label}":
            raise PermissionDenied
        return numbers, rows

    def _wrong(self, result, numbers):
        """[(row of the file, column or "", what is wrong)]."""
        titles, found = self._titles(), []
        for row in result.invalid_rows:
            number = numbers[row.number - 1]
            for name, said in row.error_dict.items():
                found += [(number, titles.get(name, ""), words) for words in said]
        for number, errors in result.row_errors():
            found += [
                (numbers[number - 1], "", _("This row cannot be saved: %s") % error.error)
                for error in errors
            ]
        return sorted(found)

    def _shown(self, request, result, numbers):
        words = {
            RowResult.IMPORT_TYPE_NEW: (_("new"), "new"),
            RowResult.IMPORT_TYPE_UPDATE: (_("changed"), "update"),
            RowResult.IMPORT_TYPE_SKIP: (_("the same"), "skip"),
        }
        resource, rows = self._resource(request), []
        for number, row in zip(numbers, result.rows, strict=True):
            if row.import_type not in words:
                continue
            cells = []
            for field in self._fields(resource):
                was = field.export(row.original) if row.original else ""
                now = field.export(row.instance)
                cells.append({"now": now, "was": was if row.original and was != now else ""})
            rows.append((number, *words[row.import_type], cells))
        return {"rows": rows, "wrong": self._wrong(result, numbers), "totals": result.totals}

    def _done(self, request, result):
        for row in result.rows:
            if row.import_type == RowResult.IMPORT_TYPE_NEW:
                self.log_addition(request, row.instance, [{"added": {}}])
            elif row.import_type == RowResult.IMPORT_TYPE_UPDATE:
                self.log_change(request, row.instance, [{"changed": {"fields": self.columns}}])
        new, changed = result.totals["new"], result.totals["update"]
        messages.success(
            request,
            ngettext("%(new)d row added", "%(new)d rows added", new) % {"new": new}
            + ", "
            + ngettext("%(count)d changed.", "%(count)d changed.", changed) % {"count": changed},
        )
        return HttpResponseRedirect(self._urls()["changelist"])
