"""Reconciliation: which row of a ministry file speaks of which member of the register.

The steps and their order; the set work of each is the `.sql` file of its name. Nothing in the
register changes here: outcomes are written beside it, and a person decides what follows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext_noop
from psycopg2.extras import execute_values

from core.sql import run_sql
from dtks.matching.keys import ensure_keys
from dtks.matching.weights import Lesson, Model, Vector, fit, learn, probability
from dtks.matching.workroom import publish, run_beside, workroom
from dtks.models import Difference, MatchingSettings, Snapshot

SAMPLE = 20_000
"""People per sample of known non-matches; more changes no weight by a tenth of a bit."""

MARGIN = 400
"""Hundredths of a bit by which the best pair must lead before it is automatic."""

MOST_ROUNDS = 12

Progress = Callable[[str, int, int], None]

STEPS = {
    "keys": (gettext_noop("Cleaning the rows"), 30),
    "register": (gettext_noop("Preparing the register"), 8),
    "verified": (gettext_noop("Comparing equal numbers"), 12),
    "blocks": (gettext_noop("Looking for pairs"), 12),
    "compare": (gettext_noop("Comparing pairs"), 14),
    "teachers": (gettext_noop("Learning from this file"), 6),
    "links": (gettext_noop("Choosing the best pairs"), 4),
    "outcomes": (gettext_noop("Writing the outcomes"), 14),
}
"""Each step with its words (a msgid: every reader has a language) and its share of the time."""


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which a person is asked, and from which nobody needs to be."""

    lower: float = 0.05
    upper: float = 0.9

    def __post_init__(self):
        if not 0 < self.lower < self.upper < 1:
            raise ValueError("0 < lower < upper < 1")


def reconcile_snapshot(
    *, snapshot: Snapshot, progress: Progress | None = None, thresholds: Thresholds | None = None
) -> dict:
    """Rebuild the outcomes of a file; returns `register_members`, `source_rows`, `outcomes`.

    `register_members` are those about whom an outcome is written: everybody of the territory, but
    for a file with one row a family only whom a row was found for, and one of each absent family.

    Safe to run twice: its own tables are rebuilt, the same file over the same register gives the
    same links, and what officers decided stands (a decided pair is linked before all others, a
    refused one is not proposed while the compared values are the same). What the file taught,
    the thresholds and a digest of the links are stored on `snapshot.matching`.
    """
    if thresholds is None:
        current = MatchingSettings.current()
        thresholds = Thresholds(current.lower, current.upper)
    of = {"snapshot": snapshot.pk, "area": snapshot.area_id}
    tell = _Telling(progress)

    tell("keys")
    ensure_keys(snapshot)
    room = f"dtks_match_{snapshot.pk}"
    # The planner has to know the tables of a moment roughly, the outcomes that stay as usual.
    with workroom(room, default_statistics_target="20"):
        tell("register")
        with connection.cursor() as cursor:
            # The partition itself: the planner knows its figures, those of the parent it guesses.
            cursor.execute(f"CREATE VIEW source AS SELECT * FROM public.dtks_rowkey_{snapshot.pk}")
        run_sql("dtks/matching/levels.sql")
        run_sql("dtks/matching/register.sql", **of)
        tell("verified")
        run_sql("dtks/matching/meet_by_nik.sql")
        _compare("known")
        run_sql("dtks/matching/verified.sql")
        tell("blocks")
        run_sql("dtks/matching/residue.sql")
        run_sql("dtks/matching/blocks.sql")
        tell("compare")
        _compare("pair")
        run_sql("dtks/matching/meet_again.sql")
        _compare("again")
        tell("teachers")
        model = _learn()
        tell("links")
        _weigh(model)
        run_sql("dtks/matching/score.sql", lower=thresholds.lower)
        _link()
        run_sql("dtks/matching/judge.sql", upper=thresholds.upper, margin=MARGIN)
        tell("outcomes")
        run_sql("dtks/matching/verdict.sql", trusted=model.trusted, upper=thresholds.upper)
        if snapshot.lists_families:
            run_sql(
                "dtks/matching/absent_families.sql",
                caretaker_first=snapshot.source == Snapshot.Source.FINAL_CLOSING,
            )
        run_sql("dtks/matching/outcomes.sql", **_reserve_ids(), **of)
        run_beside("dtks/matching/outcome_keys.sql", "dtks/matching/outcome_lists.sql", room=room)
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE difference ADD CONSTRAINT difference_pkey"
                " PRIMARY KEY USING INDEX difference_pkey, RESET (autovacuum_enabled);"
                " RESET default_statistics_target; ANALYZE difference"
            )
        publish("difference", parent="dtks_difference", snapshot=snapshot.pk)
    result = _count(snapshot)
    snapshot.matching = {
        **model.as_json(),
        "thresholds": {"lower": thresholds.lower, "upper": thresholds.upper},
        "margin": MARGIN,
        **result,
        "digest": digest(snapshot),
    }
    snapshot.save(update_fields=["matching"])
    tell.done()
    return result


def percent_after(percent: int) -> int:
    """Where the step that began at `percent` will end: for a bar that creeps meanwhile."""
    end = 0
    for _words, share in STEPS.values():
        end += share
        if end > percent:
            break
    return end


class _Telling:
    """Turns steps into `(words, percent done, 100)` for whoever asked to be told."""

    def __init__(self, progress: Progress | None):
        self.progress, self.percent, self.next = progress, 0, 0

    def __call__(self, step: str) -> None:
        self.percent += self.next
        words, self.next = STEPS[step]
        if self.progress:
            self.progress(words, self.percent, 100)

    def done(self) -> None:
        if self.progress:
            self.progress(str(gettext_noop("Done")), 100, 100)


def _compare(into: str) -> None:
    run_sql("dtks/matching/not_the_same.sql")
    run_sql("dtks/matching/compare.sql")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE compared RENAME TO {into}")


def _learn() -> Model:
    run_sql("dtks/matching/teachers.sql", sample=SAMPLE)
    run_sql("dtks/matching/compare.sql")
    run_sql("dtks/matching/other_people.sql")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT who, same_card, field, birth, level, sum(n) FROM lesson"
            " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
        )
        return learn(Lesson(*row) for row in cursor)


def _weigh(model: Model) -> None:
    """Fit the model to the open pairs and put a weight on every vector that occurs."""
    columns = "same_card, name, birth_on, mother_name, nik, village, sex"
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_members, open_rows FROM size")
        members, rows = cursor.fetchone()
        cursor.execute(
            f"SELECT {columns}, count(*) FROM pair GROUP BY {columns} ORDER BY {columns}"
        )
        open_vectors = [Vector(*row) for row in cursor]
        fit(model, open_vectors, members=members, rows=rows)
        cursor.execute(f"SELECT {columns} FROM known UNION SELECT {columns} FROM again")
        vectors = {Vector(*row) for row in cursor} | {v._replace(n=1) for v in open_vectors}
        cursor.execute(
            "CREATE UNLOGGED TABLE vector (vector_id integer, same_card boolean, name smallint,"
            " birth_on smallint, mother_name smallint, nik smallint, village smallint,"
            " sex smallint, weights smallint[], levels smallint[], score integer,"
            " probability double precision)"
        )
        lines = []
        for at, v in enumerate(sorted(vectors)):
            weights = model.weights(v)
            levels = [
                0,
                int(v.same_card),
                v.nik,
                v.name,
                v.birth_on,
                v.mother_name,
                v.village,
                v.sex,
            ]
            score = sum(weights)
            lines.append([at, *v[:7], weights, levels, score, probability(score)])
        execute_values(cursor, "INSERT INTO vector VALUES %s", lines, page_size=1000)
        cursor.execute("ANALYZE vector")
        cursor.execute(
            "CREATE UNLOGGED TABLE weighed AS SELECT known.*, vector_id FROM known"
            f" JOIN vector USING ({columns});"
            " DROP TABLE known; ALTER TABLE weighed RENAME TO known; ANALYZE known"
        )


def _link() -> None:
    for _round in range(MOST_ROUNDS):
        if run_sql("dtks/matching/mutual_best.sql") == 0:
            return
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE linked")


def _reserve_ids() -> dict[str, int]:
    """A free stretch of ids: one for every member by its place among members, then every row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT least_member, members_span, last_row FROM size")
        least, span, rows = cursor.fetchone()
        cursor.execute("SELECT nextval('dtks_difference_id_seq')")
        first = cursor.fetchone()[0]
        cursor.execute("SELECT setval('dtks_difference_id_seq', %s)", [first + span + rows + 1])
        return {"first_id": first, "least_member": least, "members_span": span}


def _count(snapshot: Snapshot) -> dict:
    outcomes = dict.fromkeys(Difference.Outcome.values, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, count(*) FROM dtks_difference WHERE snapshot_id = %s GROUP BY outcome",
            [snapshot.pk],
        )
        outcomes.update(cursor.fetchall())
        cursor.execute("SELECT count(*) FROM dtks_rowkey WHERE snapshot_id = %s", [snapshot.pk])
        return {
            "register_members": sum(outcomes.values()) - outcomes["new_in_source"],
            "source_rows": cursor.fetchone()[0],
            "outcomes": outcomes,
        }


def digest(snapshot: Snapshot) -> str:
    """A fingerprint of all outcomes about members: the same file and register, the same digest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(md5(concat_ws('|', member_id, row_number, outcome, rule, kind,"
            " score, candidates, changed_fields)), '' ORDER BY member_id))"
            " FROM dtks_difference WHERE snapshot_id = %s AND member_id IS NOT NULL",
            [snapshot.pk],
        )
        return cursor.fetchone()[0] or ""
