"""When a family loses its last component, for one family and without a database.

sql/forecast.sql says the same of all families at once; a test holds the two to the same answers.
"""

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.periods import Period

QUARTERS = 4
_LONGEST_CHAIN = 10  # rules that follow each other in a circle end nowhere


@dataclass(frozen=True)
class Rule:
    """As models.ComponentEnd says it."""

    ends: str
    number: int | None = None
    latest_age: int | None = None
    continues_as: str = ""


@dataclass(frozen=True)
class Stated:
    """A member's component as the newest file states it.

    `first` is the first of the statements of this time (only for what ends after months), `listed`
    the newest period in which the member stands in a file at all, `active` whether the member is
    still there.
    """

    member: int
    component: str
    birth_on: dt.date | None
    newest: Period
    first: Period | None = None
    listed: Period | None = None
    active: bool = True


@dataclass(frozen=True)
class Loss:
    """The family has no component from `on`; the last was this one, of this member."""

    on: dt.date
    quarter: Period
    member: int
    component: str


def horizon_of(today: dt.date) -> dt.date:
    """Last day of the last of the four quarters after the running one."""
    period = Period.of(today)
    for _number in range(QUARTERS):
        period = period.next()
    return period.ends_on


def birthday(birth_on: dt.date, age: int) -> dt.date:
    """A child of 29 February has its birthday on the 28th in other years, as the database says."""
    last = calendar.monthrange(birth_on.year + age, birth_on.month)[1]
    return birth_on.replace(year=birth_on.year + age, day=min(birth_on.day, last))


def months_after(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def school_year_after(day: dt.date) -> dt.date:
    """The 1 July after the day: a school year ends with June."""
    return dt.date(day.year + (day.month >= 7), 7, 1)


def end_of(
    rule: Rule, birth_on: dt.date | None, since: dt.date, counted_from: dt.date
) -> dt.date | None:
    """First day on which the component has ended, not before `since`, when it was stated or
    began. None when it never ends or the birth date it hangs on is not known."""
    if rule.ends == "never" or rule.number is None:
        return None
    if rule.ends == "months":
        end = months_after(counted_from, rule.number)
    elif birth_on is None:
        return None
    elif rule.ends == "age":
        end = birthday(birth_on, rule.number)
    else:
        # Who is stated later than that repeats a class: to the end of the running school year.
        end = max(
            school_year_after(birthday(birth_on, rule.number)),
            school_year_after(since),
        )
    if rule.latest_age is not None and birth_on is not None:
        end = min(end, birthday(birth_on, rule.latest_age))
    return max(end, since)


def last_day_of(
    stated: Stated, rules: Mapping[str, Rule], today: dt.date
) -> tuple[dt.date, str] | None:
    """(first day without it and what followed it, the last component), None when that lies beyond
    the four quarters or nobody knows."""
    newest = stated.newest.starts_on
    if not stated.active:  # died or left since; when is not known
        return min(stated.newest.next().starts_on, today), stated.component
    if stated.listed is not None and stated.listed > stated.newest:
        return stated.listed.starts_on, stated.component  # a later file names no component
    component, birth_on, since = stated.component, stated.birth_on, newest
    counted_from = (stated.first or stated.newest).starts_on
    for _step in range(_LONGEST_CHAIN):
        rule = rules.get(component)
        if rule is None:
            return None
        end = end_of(rule, birth_on, since, counted_from)
        if end is None or end > horizon_of(today):
            return None
        if not rule.continues_as:
            return end, component
        if rule.ends == "months":
            birth_on = end  # the child that was expected
        component, since, counted_from = rule.continues_as, end, end
    return None


def loss_of(family: Iterable[Stated], rules: Mapping[str, Rule], today: dt.date) -> Loss | None:
    """When the family loses its last component within the four quarters after the running one;
    what ended already counts to the running quarter. None when it keeps one, or never had any."""
    ends = []
    for stated in family:
        end = last_day_of(stated, rules, today)
        if end is None:
            return None
        ends.append((end[0], -stated.member, end[1]))
    if not ends:
        return None
    on, member, component = max(ends)
    return Loss(on, max(Period.of(on), Period.of(today)), -member, component)
