"""The work queue: which questions stand in somebody's territory, counted and in order.

A question is an undecided difference of a kind that waits for a person. Everything starts from
`Difference.objects.visible_to(user)`; one grouped statement gives the counts of every filter.
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from areas.models.querysets import below
from dtks.comparison import FIELDS
from dtks.matching import rules as matching_rules
from dtks.models import Decision, Difference, RowKey
from facilitators.models import VisitRequest

# (key, words, from, below): shares of certainty as matching computed them.
BANDS = (
    ("tinggi", _("Very likely the same (90% and more)"), 0.9, None),
    ("sedang", _("Rather the same (50 to 90%)"), 0.5, 0.9),
    ("rendah", _("Rather not the same (below 50%)"), None, 0.5),
    ("tanpa", _("No figure"), None, None),
)

# What matching calls its questions; a link that is sure but shows other data asks this.
KINDS = {**matching_rules.KINDS, "": _("Same person, data differ")}
ORDER = ("village_id", "id")
# Outcomes that ask nothing: to be looked up, not decided.
LOOKUPS = {
    "missing": _("Not in the file"),
    "new_in_source": _("Only in the file"),
    "matched": _("Matched"),
}
# Sent to the field and not answered yet: a question still, for whoever knows the family.
ASKED = "asked"
# Of these, those a visit has answered: they wait for the decision.
ANSWERED = "answered"


@dataclass(frozen=True)
class Chosen:
    """What the filters say, cleaned; unknown values count as not chosen."""

    outcome: str = ""
    kind: str = ""
    kecamatan: str = ""
    village: str = ""
    band: str = ""

    @classmethod
    def of(cls, query):
        village = query.get("desa", "")
        kecamatan = query.get("kec", "")
        kind = query.get("jenis", "")
        return cls(
            outcome=_known(query.get("hasil", ""), [*Difference.Outcome.values, ASKED, ANSWERED]),
            kind="" if kind not in KINDS and kind != "-" else kind,
            kecamatan=kecamatan if kecamatan.count(".") == 2 else "",
            village=village if village.count(".") == 3 else "",
            band=_known(query.get("peluang", ""), [key for key, *_rest in BANDS]),
        )


def _known(value, values):
    return value if value in values else ""


def _band():
    return Case(
        When(probability__isnull=True, then=Value(3)),
        When(probability__gte=0.9, then=Value(0)),
        When(probability__gte=0.5, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def questions(user, snapshot, chosen):
    """Questions of a file that wait in the user's territory; for an outcome that asks nothing,
    everything with that outcome."""
    mine = Difference.objects.visible_to(user).filter(snapshot_id=snapshot.pk)
    if chosen.outcome == ASKED:
        return mine.filter(decision__verdict=Decision.Verdict.ASK_FIELD)
    if chosen.outcome == ANSWERED:
        return mine.filter(decision__visit_request__state=VisitRequest.State.DONE)
    if chosen.outcome in LOOKUPS:
        return mine.filter(outcome=chosen.outcome)
    return mine.undecided().filter(outcome__in=Difference.QUESTIONS)


def in_the_field(user, snapshot) -> dict[str, int]:
    """{"asked", "answered"}: questions of a file sent to the field of the user's territory, and
    how many of them a visit has answered."""
    done = Q(decision__visit_request__state=VisitRequest.State.DONE)
    return questions(user, snapshot, Chosen(outcome=ASKED)).aggregate(
        asked=Count("id"), answered=Count("id", filter=done)
    )


def filtered(waiting, chosen):
    if chosen.outcome and chosen.outcome not in (ASKED, ANSWERED):
        waiting = waiting.filter(outcome=chosen.outcome)
    if chosen.kind:
        waiting = waiting.filter(kind="" if chosen.kind == "-" else chosen.kind)
    if chosen.village:
        waiting = waiting.filter(village_id=chosen.village)
    elif chosen.kecamatan:
        waiting = waiting.filter(below("village__code", [chosen.kecamatan]))
    if chosen.band:
        waiting = waiting.annotate(band=_band()).filter(band=_band_index(chosen.band))
    return waiting


def _band_index(key):
    return [band[0] for band in BANDS].index(key)


def counts(waiting, chosen):
    """{filter: [(value, words, number)]}: each filter counted with the others applied."""
    groups = list(
        waiting.annotate(band=_band())
        .values_list("outcome", "kind", "village_id", "band")
        .annotate(number=Count("id"))
        .order_by()
    )
    wanted = {
        "outcome": lambda outcome, kind, village, band: (
            chosen.outcome in ("", ASKED, ANSWERED, outcome)
        ),
        "kind": lambda outcome, kind, village, band: chosen.kind in ("", kind or "-"),
        "kecamatan": lambda outcome, kind, village, band: village.startswith(chosen.kecamatan),
        "village": lambda outcome, kind, village, band: chosen.village in ("", village),
        "band": lambda outcome, kind, village, band: (
            not chosen.band or _band_index(chosen.band) == band
        ),
    }
    numbers = {name: Counter() for name in wanted}
    total = 0
    for *group, number in groups:
        passes = {name: test(*group) for name, test in wanted.items()}
        outcome, kind, village, band = group
        value = {
            "outcome": outcome,
            "kind": kind or "-",
            "kecamatan": village[:8],
            "village": village,
            "band": BANDS[band][0],
        }
        total += number * all(passes.values())
        for name in wanted:
            # A village is chosen within its kecamatan, so it does not narrow its own list.
            left_out = {name, "village"} if name == "kecamatan" else {name}
            if all(passed for other, passed in passes.items() if other not in left_out):
                numbers[name][value[name]] += number
    codes = {*numbers["kecamatan"], *numbers["village"]}
    names = dict(Area.objects.filter(pk__in=codes).values_list("pk", "name"))
    return {
        "total": total,
        "outcome": [
            (value, Difference.Outcome(value).label, numbers["outcome"][value])
            for value in Difference.QUESTIONS
        ],
        "kind": [
            (value or "-", words, numbers["kind"][value or "-"])
            for value, words in KINDS.items()
            if numbers["kind"][value or "-"] or chosen.kind == (value or "-")
        ],
        "kecamatan": _places(numbers["kecamatan"], names),
        "village": _places(numbers["village"], names) if chosen.kecamatan else [],
        "band": [(key, words, numbers["band"][key]) for key, words, *_rest in BANDS],
    }


def _places(numbers, names):
    return [(code, names.get(code, code), number) for code, number in sorted(numbers.items())]


def following(waiting, difference):
    """The question after this one in the order of the queue, or the first when it was the last."""
    later = Q(village_id__gt=difference.village_id) | Q(
        village_id=difference.village_id, id__gt=difference.id
    )
    others = waiting.exclude(id=difference.id).order_by(*ORDER)
    return others.filter(later).first() or others.first()


def kind_of(difference):
    """The kind of question in words; for what asks nothing, the outcome."""
    if difference.outcome in LOOKUPS:
        return LOOKUPS[difference.outcome]
    return KINDS.get(difference.kind) or KINDS[""]


def describe(differences):
    """Ready for a list: the kind in words, and who it is about. Two statements at most."""
    nameless = [each for each in differences if each.member_id is None]
    names = {
        (key.snapshot_id, key.row_number): key.name
        for key in RowKey.objects.filter(
            snapshot_id__in={each.snapshot_id for each in nameless},
            row_number__in=[each.row_number for each in nameless],
        )
    } if nameless else {}  # fmt: skip
    for each in differences:
        each.kind_words = kind_of(each)
        each.changed_words = [FIELDS[name] for name in each.changed_fields if name in FIELDS]
        each.about = (
            each.member.name
            if each.member_id
            else names.get((each.snapshot_id, each.row_number)) or ""
        )
        each.percent = None if each.probability is None else percent(each.probability)


def percent(probability):
    """Whole percents; 100 and 0 only when they are meant."""
    if probability <= 0 or probability >= 1:
        return round(probability * 100)
    return min(99, max(1, round(probability * 100)))
