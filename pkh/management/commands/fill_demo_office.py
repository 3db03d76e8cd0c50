import datetime as dt
import io
import json
import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.demo import make_demo_accounts
from accounts.models import User
from areas.models import Area
from areas.services import ensure_office_area, load_areas
from core.commands import OfficeCommand
from core.synthetic.files import Layout
from core.synthetic.pringsewu import make_pringsewu
from dtks.models import Difference, Snapshot
from dtks.services import decide
from facilitators.demo import (
    make_demo_commitments,
    make_demo_facilitators,
    make_demo_learning,
    make_demo_visits,
    make_demo_work,
)
from facilitators.models import VisitRequest
from graduation.demo import make_demo_graduation
from meetings.demo import make_demo_meetings

PERIOD = "2026-4"
QUESTIONS = 5
PRINGSEWU = "18.10"


class Command(OfficeCommand):
    """Fill the demo office once. Killed anywhere, it goes on where it was: accounts, areas and
    files that are there already stay as they are."""

    help = "Fill the demo office through the same commands as any other office's files."
    acting = ""

    def perform(self, *, by, **options):
        if not Area.objects.filter(level=Area.Level.DESA, code_system="kemendagri").exists():
            self.say(_("Loading the official areas …"))
            load_areas()
        office = ensure_office_area(settings.PKH_OFFICE_AREA)
        accounts = make_demo_accounts(
            office_area=office,
            home=settings.PKH_HOME,
            on=timezone.localdate(),
            at=timezone.now(),
        )
        if settings.PKH_DEMO_DATA != "none" and office.code == PRINGSEWU:
            self._load_district()
            self._post_facilitators(office)
        return {"accounts": accounts.name}

    def sentence(self, result):
        return _("The demo office is ready; passwords are in %(accounts)s.") % result

    def _load_district(self):
        """A district that does not exist: two files load the register, one has questions."""
        folder = Path(settings.PKH_HOME) / "demo-files"
        if not (folder / "expected.json").exists():
            self.say(_("Making up a district of 21,299 families …"))
            part = folder.with_name("demo-files.part")
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
            make_pringsewu(out=part, period=PERIOD, layout=Layout(members_format="csv"))
            part.rename(folder)
        for source in ("final_closing", "members"):
            snapshot = self._import(folder, source)
            if Snapshot.objects.get(pk=snapshot).state == Snapshot.State.STAGED:
                self._run("approve_snapshot", snapshot, "--as", "operator2")
        snapshot = self._import(folder, "dtks")
        self.say(_("Comparing the file with the register …"))
        self._run("reconcile", snapshot, "--as", "operator")

    def _post_facilitators(self, office):
        """At work since the quarter before this one began, so reports have something to say."""
        today = timezone.localdate()
        this_quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        last_day = this_quarter - dt.timedelta(days=1)
        self.say(_("Giving every family a facilitator …"))
        made = {
            "office_area": office,
            "starts_on": last_day.replace(month=last_day.month - 2, day=1),
            "by": User.objects.filter(username="korkab").first(),
            "at": timezone.now(),
        }
        make_demo_facilitators(**made)
        make_demo_learning(**made)
        make_demo_commitments(**made)
        made["by"] = User.objects.get(username="operator2")
        make_demo_visits(**made, decider=User.objects.get(username="korkab"))
        make_demo_work(starts_on=made["starts_on"], by=made["by"], at=made["at"])
        make_demo_graduation(office_area=office, by=made["by"], at=made["at"])
        make_demo_meetings(
            office_area=office, by=User.objects.get(username="korkab"), at=made["at"]
        )
        self._ask_the_field()

    def _ask_the_field(self):
        """A few questions about the families of a demo facilitator wait for a visit."""
        if VisitRequest.objects.exists():
            return
        facilitator = User.objects.filter(username="pendamping").first()
        questions = Difference.objects.visible_to(facilitator).undecided().filter(outcome="review")
        for question in questions.order_by("village_id", "id")[:QUESTIONS]:
            decide(
                difference=question,
                verdict="ask_field",
                by=User.objects.get(username="operator"),
                at=timezone.now(),
                note="Mohon KTP dan KK dilihat di rumah: apakah orang ini sama dengan di berkas?",
            )

    def _import(self, folder, source):
        path = next(folder.glob(f"{source}.*"))
        self.say(_("Reading %(file)s …") % {"file": path.name})
        answer = self._run(
            "import_file", path, "--source", source, "--period", PERIOD, "--as", "operator"
        )
        return answer["snapshot"]

    def _run(self, name, *arguments) -> dict:
        answer = io.StringIO()
        call_command(name, *map(str, arguments), "--json", stdout=answer, stderr=self.stderr)
        return json.loads(answer.getvalue().strip().splitlines()[-1])
