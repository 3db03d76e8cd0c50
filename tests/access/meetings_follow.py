"""Follow-ups, reminders and results of meetings, and meetings over REST."""

import datetime as dt
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from meetings.models import FollowUp, Meeting
from tests.access.meetings import stands_at
from tests.access.meetings_planning import KEEPS, MISSING_UUID, holding, one
from tests.access.walk import ANYWHERE, SIGNED_IN, Policy, Write
from tests.access.world import DESA, KECAMATAN, OWN_DESA, may
from tests.factories.files import jpeg


def closed(world, desa):
    if desa and desa[:8] in world.follow_ups:
        FollowUp.objects.filter(pk=world.follow_ups[desa[:8]].pk).update(
            state="cancelled", closed_on=timezone.localdate(), closed_by=world.users["idle"]
        )


def step(body, given=None):
    """A step on the kecamatan's follow-up; the body also says what nobody may say."""

    def sent(world, desa):
        said = body() if callable(body) else body
        return {"version": 1, "state": "done", "by": 1, "owner": 1, "institution": 1} | said

    return Policy(
        fill=one("follow_ups"),
        what="meetings",
        writes={"POST": Write(by=holding(KEEPS), what=KEEPS, body=sent, given=given)},
    )


def photo():
    file = SimpleUploadedFile("bukti.jpg", jpeg((60, 40)), "image/jpeg")
    return {"file": file, "kind": "photo"}


def later():
    return f"{timezone.localdate() + dt.timedelta(days=30):%d-%m-%Y}"


def follow_ups_of(world, person):
    """One a kecamatan, and one about a family of each desa."""
    seen = [code for code in KECAMATAN if may(person, "meetings", code)]
    families = [d for d in DESA if d[:8] in seen and may(person, "people", d)]
    return len(seen) + len(families)


def meetings_of(world, person):
    """One that was held and one that is planned a kecamatan."""
    return sum(may(person, "meetings", code) + may(person, KEEPS, code) for code in KECAMATAN)


def new_meeting(world, desa):
    day = timezone.localdate() + dt.timedelta(days=60)
    return {
        "id": str(uuid.uuid4()),
        "kind": "coordination",
        "area": (desa or OWN_DESA)[:8],
        "theme": "Tema",
        "place": "Aula",
        "starts_at": f"{day}T09:00:00+07:00",
        "ends_at": f"{day}T12:00:00+07:00",
        "chair": "Kepala Dinas",
        "state": "closed",
        "made_by": 1,
        "year": 1999,
    }


def begun(world, desa):
    """The draft of the kecamatan was sent out, and its hour has come."""
    if desa and desa[:8] in world.drafts:
        now = timezone.now()
        Meeting.objects.filter(pk=world.drafts[desa[:8]].pk).update(
            state="invited", starts_at=now - dt.timedelta(hours=1), ends_at=now
        )


def rest_step(table, word, given=None, **said):
    body = {"version": 1, "state": "draft", "made_by": 1} | said
    return Policy(
        fill=one(table),
        what=KEEPS if table == "drafts" else "meetings",
        writes={
            "POST": Write(by=holding(word), what=word, body=body, json=True, given=given),
        },
    )


def of_household(world, desa):
    return f"?household={world.households[desa][0].pk if desa else 987_654_321}"


def of_meeting(world, desa):
    return f"?rapat={world.meetings[desa[:8]].pk if desa else MISSING_UUID}"


POLICIES: dict[str, Policy] = {
    "meetings:follow_ups": Policy(
        opens=holding("meetings"),
        queries=(
            "?status=agreed",
            "?status=overdue",
            "?status=x",
            "?punya=saya",
            "?instansi=1",
            "?instansi=99999999999999999999",
            "?rapat=x",
            "?wilayah=99.02",
            "?wilayah=%00",
            "?tahun=2026&triwulan=9",
            "?setelah=omong-kosong",
            "?sebelum=WzEsMiwzXQ",
            of_meeting,
        ),
    ),
    "meetings:follow_up": Policy(
        opens=holding("meetings"), fill=one("follow_ups"), what="meetings"
    ),
    "meetings:progress_follow_up": step({"text": "Sudah dikirim"}),
    "meetings:evidence_follow_up": step(photo),
    "meetings:close_follow_up": step({"note": "Selesai"}),
    "meetings:postpone_follow_up": step(lambda: {"due_on": later(), "reason": "Anggaran"}),
    "meetings:drop_follow_up": step({"reason": "Tidak perlu lagi"}),
    "meetings:reopen_follow_up": step({"reason": "Belum selesai"}, given=closed),
    "meetings:results": Policy(
        opens=holding("meetings"),
        queries=("?tahun=semua", "?tahun=1999", "?tahun=x", "?wilayah=99.02", "?wilayah=%00"),
    ),
    "meetings:reminders": Policy(opens=holding("meetings")),
    "meetings:read_reminders": Policy(
        writes={"POST": Write(by=SIGNED_IN, what=ANYWHERE, body={}, changes=False)}
    ),
    "api:v1:follow-up-list": Policy(
        opens=holding("meetings"),
        rows=follow_ups_of,
        queries=(
            ("?institution=1", {200}),
            ("?institution=x", {400}),
            ("?meeting=x", {400}),
            ("?state=open", {200}),
            ("?state=x", {400}),
            ("?overdue=true", {200}),
            ("?overdue=mungkin", {400}),
            ("?area=99.02", {200}),
            ("?area=%00", {400}),
            ("?ordering=-due_on", {200}),
            ("?ordering=owner", {400}),
            ("?owner=1", {400}),
            ("?cursor=omong-kosong", {400, 404}),
            (of_household, {200}),
        ),
    ),
    "api:v1:follow-up-detail": Policy(
        opens=holding("meetings"),
        fill=one("follow_ups"),
        what="meetings",
        writes={
            "PATCH": Write(
                by=holding(KEEPS),
                what=KEEPS,
                body={"version": 1, "note": "Sudah dikirim", "owner": 1, "household": 1},
                json=True,
            )
        },
    ),
    "api:v1:meeting-list": Policy(
        opens=holding("meetings"),
        rows=meetings_of,
        queries=(
            ("?kind=coordination", {200}),
            ("?kind=x", {400}),
            ("?state=draft", {200}),
            ("?state=x", {400}),
            ("?area=99.02", {200}),
            ("?year=2026", {200}),
            ("?year=x", {400}),
            ("?ordering=starts_at", {200}),
            ("?ordering=hall_secret", {400}),
            ("?made_by=1", {400}),
            ("?cursor=omong-kosong", {400, 404}),
        ),
        writes={
            "POST": Write(by=holding("plans meetings"), what=ANYWHERE, body=new_meeting, json=True)
        },
    ),
    "api:v1:meeting-detail": Policy(
        opens=holding(KEEPS),
        fill=one("drafts"),
        what=KEEPS,
        writes={
            "PATCH": Write(
                by=holding(KEEPS),
                what=KEEPS,
                body={"version": 1, "place": "Pendopo", "state": "closed", "made_by": 1},
                json=True,
            )
        },
    ),
    "api:v1:meeting-invite": rest_step("drafts", KEEPS),
    "api:v1:meeting-hold": rest_step("drafts", KEEPS, given=begun),
    "api:v1:meeting-cancel": rest_step("drafts", KEEPS, reason="Gedung dipakai"),
    # Under the open revision of the world: the next version.
    "api:v1:meeting-publish": rest_step("meetings", "publishes minutes"),
    "api:v1:meeting-close": rest_step(
        "meetings", "publishes minutes", given=stands_at(Meeting.State.MINUTES_PUBLISHED)
    ),
    "api:v1:meeting-results-list": Policy(
        opens=holding("meetings"),
        queries=(
            ("?year=2026", {200}),
            ("?year=x", {400}),
            ("?area=99.02", {200}),
            ("?tahun=2026", {400}),
        ),
    ),
}
