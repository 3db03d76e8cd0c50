import shutil
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from dtks.services import approve_snapshot, reconcile, register_upload, stage

from accounts.demo import make_demo_accounts
from accounts.models import User
from areas.models import Area
from areas.services import ensure_office_area, load_areas
from core.commands import OfficeCommand
from core.periods import Period
from core.synthetic.files import Layout
from core.synthetic.pringsewu import make_pringsewu
from dtks.models import Snapshot

PERIOD = Period(2026, 4)
PRINGSEWU = "18.10"
SOURCES = (Snapshot.Source.FINAL_CLOSING, Snapshot.Source.MEMBERS, Snapshot.Source.DTKS)


class Command(OfficeCommand):
    help = "Fill the demo office once, through the same import as any other office's files."
    acting = ""

    def perform(self, *, by, **options):
        now = timezone.now()
        if not Area.objects.filter(level=Area.Level.DESA, code_system="kemendagri").exists():
            self.say(_("Loading the official areas …"))
            load_areas()
        office = ensure_office_area(settings.PKH_OFFICE_AREA)
        accounts = make_demo_accounts(
            office_area=office, home=settings.PKH_HOME, on=timezone.localdate(), at=now
        )
        if settings.PKH_DEMO_DATA == "none" or office.code != PRINGSEWU:
            return {"accounts": accounts.name, "files": 0}
        return {"accounts": accounts.name, "files": self._load_district()}

    def sentence(self, result):
        return _("The demo office is ready; passwords are in %(accounts)s.") % result

    def _load_district(self) -> int:
        """A district that does not exist, in three files; one that is there stays as it is."""
        folder = Path(settings.PKH_HOME) / "demo-files"
        operator, approver = (User.objects.get(username=n) for n in ("operator", "operator2"))
        loaded = 0
        for source in (
            Snapshot.Source.FINAL_CLOSING,
            Snapshot.Source.MEMBERS,
            Snapshot.Source.DTKS,
        ):
            if Snapshot.objects.live().filter(source=source, year=PERIOD.year).exists():
                continue
            path = self._file(folder, source)
            self.say(_("Reading %(file)s …") % {"file": path.name})
            with path.open("rb") as file:
                snapshot, _is_new = register_upload(
                    file=file,
                    file_name=path.name,
                    source=source,
                    period=PERIOD,
                    by=operator,
                    at=timezone.now(),
                )
            stage(snapshot=snapshot, by=operator, at=timezone.now())
            if snapshot.loads_register:
                approve_snapshot(snapshot=snapshot, by=approver, at=timezone.now())
            else:
                self.say(_("Comparing the file with the register …"))
                reconcile(snapshot=snapshot, by=operator, at=timezone.now())
            loaded += 1
        shutil.rmtree(folder, ignore_errors=True)
        return loaded

    def _file(self, folder: Path, source: str) -> Path:
        if not (folder / "expected.json").exists():
            self.say(_("Making up a district of 21,299 families …"))
            part = folder.with_name("demo-files.part")
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
            make_pringsewu(out=part, layout=Layout(members_format="csv"))
            part.rename(folder)
        return next(folder.glob(f"{source}.*"))
