"""The door of meetings and their papers."""

from meetings.models import Attendance, Meeting
from tests.access.meetings import stands_at
from tests.access.meetings_planning import KEEPS, MISSING_PK, MISSING_UUID, holding, keeps, one
from tests.access.walk import EVERYBODY, Policy, Write

SHAPES = ("?kertas=f4", "?format=pdf", "?format=pdf&kertas=f4", "?kertas=%00&format=xlsx")
INSTRUCTS = "instructs camat"
HELD = stands_at(Meeting.State.HELD)


def attendance_line(world, desa):
    held = world.meetings.get(desa[:8]) if desa else None
    found = Attendance.objects.filter(meeting=held).first() if held else None
    return {"pk": found.pk if found else MISSING_UUID}


def instruction(world, desa):
    camat = world.institutions[desa[:8]].pk if desa else MISSING_PK
    return one("meetings")(world, desa) | {"institution": camat}


def walk_in(world, desa):
    return {
        "institution": world.institutions[desa[:8]].pk if desa else MISSING_PK,
        "name": "Tamu",
        "state": "closed",
    }


def numbers(what, by=None):
    return {"POST": Write(by=by or holding(what), what=what)}


# Whoever stands before the door is nobody in particular: without a pass it shows only itself.
def public(answers, **more):
    return Policy(
        opens=EVERYBODY,
        answers=frozenset(answers),
        writes={"POST": Write(by=EVERYBODY, body={}, changes=False)},
        **more,
    )


POLICIES: dict[str, Policy] = {
    "meetings:hall": Policy(
        opens=holding(KEEPS), fill=one("meetings"), what=KEEPS, queries=("?bagian=kode",)
    ),
    "meetings:attendance": Policy(
        opens=holding("meetings"),
        fill=one("meetings"),
        what="meetings",
        writes={"POST": Write(by=holding(KEEPS), what=KEEPS, body=walk_in, given=HELD)},
    ),
    "meetings:tick": keeps(one("held_invitations"), {}, HELD, changes=False),
    "meetings:stand_in": keeps(
        one("held_invitations"), {"name": "Bayu"}, HELD, opens=holding(KEEPS)
    ),
    "meetings:change_attendance": keeps(
        attendance_line, {"name": "Bayu", "arrived": "09.10"}, HELD, opens=holding(KEEPS)
    ),
    "meetings:withdraw_attendance": keeps(
        attendance_line, {"reason": "Salah"}, HELD, opens=holding(KEEPS)
    ),
    "meetings:check_in": public(
        {200},
        queries=(
            "?aula=ABCDEFGH",
            "?aula=%00",
            "?undangan=ABCDEFGHJK",
            "?undangan=" + "A" * 500,
        ),
    ),
    "meetings:check_in_confirm": public({302}),
    "meetings:check_in_guest": public({302}),
    "meetings:check_in_done": public({302}),
    "meetings:papers": Policy(opens=holding("meetings"), fill=one("meetings"), what="meetings"),
    "meetings:invitation_letters": Policy(
        opens=holding(KEEPS),
        fill=one("meetings"),
        what=KEEPS,
        queries=(*SHAPES, "?per=instansi", "?instansi=x", "?instansi=1"),
        writes=numbers(KEEPS),
    ),
    "meetings:invitation_letter": Policy(
        opens=holding(KEEPS),
        fill=one("held_invitations"),
        what=KEEPS,
        queries=SHAPES,
        writes=numbers(KEEPS),
    ),
    "meetings:attendance_list": Policy(
        opens=holding("meetings"),
        fill=one("meetings"),
        what="meetings",
        queries=(*SHAPES, "?isi=hadir&format=pdf"),
    ),
    "meetings:minutes_paper": Policy(
        opens=holding("meetings"),
        fill=one("meetings"),
        what="meetings",
        queries=(*SHAPES, "?versi=1", "?versi=rancangan", "?versi=9", "?versi=x"),
        writes=numbers(KEEPS),
    ),
    "meetings:instruction_letter": Policy(
        opens=holding(INSTRUCTS),
        fill=instruction,
        what=INSTRUCTS,
        queries=SHAPES,
        writes={"POST": Write(by=holding(INSTRUCTS), what=INSTRUCTS)},
    ),
    "meetings:calendar": Policy(opens=holding("meetings"), fill=one("meetings"), what="meetings"),
}
