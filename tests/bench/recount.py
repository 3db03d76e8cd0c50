"""Every number of every demo account's home against a recount in plain Python, and against the
rows it opens. Reads only.

    DATABASE_URL=… python -m tests.bench.recount [account …]
"""

import logging
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkh.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from accounts.held import remembered  # noqa: E402
from accounts.models import User  # noqa: E402
from dashboard.figures import FIGURES, Asked, count, tables  # noqa: E402
from dashboard.figures.homes import home_of  # noqa: E402
from facilitators.models import Facilitator  # noqa: E402
from tests.access import world as small  # noqa: E402
from tests.dashboard.recount import Recount, may_open  # noqa: E402

ACCOUNTS = (
    "kadis", "kabid", "korkab", "katim", "operator", "operator2", "pendamping", "pendamping2",
    "tksk", "auditor", "admin", "tamu",
)  # fmt: skip
# Drawn by a secret of the office: a recount would have to draw again.
NOT_RECOUNTED = {"kunjungan-dicek-ulang"}


class DemoWorld:
    def __init__(self):
        self.users = {name: User.objects.get(username=name) for name in ACCOUNTS}
        for name, user in self.users.items():
            held = user.assignments.held_today()
            small.POSTS[name] = list(held.values_list("role", "area_id"))


class DemoRecount(Recount):
    """Of a facilitator the families entrusted to him today; of everybody else the territory."""

    def own(self, person):
        mine = Facilitator.objects.filter(user=self.world.users[person]).first()
        if mine is None or small.FACILITATOR not in dict(small.POSTS[person]):
            return None
        if not hasattr(self, "_own"):
            self._own = {}
        if person not in self._own:
            self._own[person] = {
                family for family, facilitator in self.held.items() if facilitator == mine.pk
            }
        return self._own[person]

    def rows(self, person, key):
        self.families = self.own(person)
        return super().rows(person, key)

    def sees(self, person, word, family):
        if self.families is None:
            return super().sees(person, word, family)
        # Entrusted is entrusted, also where the account itself is not posted.
        opens = any(role in small.SEES[word] for role, _area in small.POSTS[person])
        return opens and family.pk in self.families

    def asks(self, person, row):
        if self.families is None:
            return super().asks(person, row)
        if row.member_id is not None:
            return self.members[row.member_id].household_id in self.families
        return row.village_id in {self.households[pk].desa_id for pk in self.families}

    def knows_file(self, person, row):
        return any(role in small.SEES["questions"] for role, _area in small.POSTS[person])

    def learning_groups(self):
        if not hasattr(self, "_groups"):
            from facilitators.models import LearningMembership

            self._groups = {}
            for row in LearningMembership.objects.all():
                if row.starts_on <= self.today and (
                    row.ends_on is None or row.ends_on >= self.today
                ):
                    self._groups.setdefault(row.group_id, set()).add(row.household_id)
        return self._groups

    def kelompok_belum_bertemu(self, person):
        if self.families is None:
            return super().kelompok_belum_bertemu(person)
        families_of = self.learning_groups()
        return [
            group.pk
            for group in self.groups_not_met()
            if families_of.get(group.pk, set()) & self.families
        ]

    def jobs(self, person):
        """Everybody of the demo office works in its one kabupaten."""
        from jobs.models import Job

        return list(Job.objects.all())


def main(names):
    logging.disable(logging.CRITICAL)
    wrong = checked = 0
    recount = DemoRecount(DemoWorld())
    for name in names:
        user, begun = recount.world.users[name], time.monotonic()
        with remembered():
            asked, home = Asked(user, timezone.now()), home_of(user)
            figures = [*home.waiting, *home.late, *home.changed, *tables.figures_of(home.tables)]
            numbers = count(asked, figures)
            seconds = time.monotonic() - begun
            for key, number in numbers.items():
                rows = FIGURES[key].rows(asked).count()
                again = rows
                if key not in NOT_RECOUNTED and may_open(name, key):
                    again = len(recount.rows(name, key))
                checked += 1
                if not number.total == rows == again == _by_place(number, FIGURES[key]):
                    wrong += 1
                    print(f"{name}: {key} says {number.total}, rows {rows}, recount {again}")
        print(f"{name}: {len(numbers)} figures counted in {seconds:.2f} s", flush=True)
    print(f"FIGURES={checked} WRONG={wrong}")
    return 1 if wrong else 0


def _by_place(number, figure):
    return sum(number.places.values()) if figure.place else number.total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ACCOUNTS))
