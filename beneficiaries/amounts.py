"""What a family is paid, from its component counts and the rules of the day (domain.md 1.2).

Pure: the rules come in as values, nothing is read. `sql/compute_amounts.sql` says the same about
a whole period at once; a test holds the two to the same answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Price:
    """One component's rupiah a year; `at_most` is how many of it a family is paid for, if set."""

    component: str
    amount_year: int
    at_most: int | None = None


@dataclass(frozen=True)
class Rules:
    """The rules of one day: prices, a fixed amount per family, and how the year is cut."""

    prices: tuple[Price, ...]
    fixed_year: int = 0
    max_components: int = 4
    payments_a_year: int = 4


@dataclass(frozen=True)
class Amount:
    """Rupiah a year and a stage, and how many of each component were counted."""

    year: int
    stage: int
    counted: Mapping[str, int]


def amount(counts: Mapping[str, int], rules: Rules) -> Amount | None:
    """The dearest components are paid, at most `max_components` of them together.

    None when a component that is present has no price on that day: an amount that cannot be
    known is unknown, never too little. A stage is the year divided by its payments, rounded down
    to whole rupiah.
    """
    prices = {price.component: price for price in rules.prices}
    present = {component: number for component, number in counts.items() if number > 0}
    if not present.keys() <= prices.keys():
        return None
    left, year, counted = rules.max_components, rules.fixed_year, {}
    for component in sorted(present, key=lambda name: (-prices[name].amount_year, name)):
        price = prices[component]
        number = present[component]
        if price.at_most is not None:
            number = min(number, price.at_most)
        number = min(number, left)
        if number:
            counted[component] = number
            year += number * price.amount_year
            left -= number
    return Amount(year=year, stage=year // rules.payments_a_year, counted=counted)


def rules_of(indexes: Iterable, rule) -> Rules:
    """Rules from the rows valid on one day: BenefitIndex rows and one PeriodRule.

    When two rows for a component are valid on that day, the one that began later holds.
    """
    prices: dict[str, Price] = {}
    fixed = 0
    for index in sorted(indexes, key=lambda row: row.valid_from):
        if index.kind == "fixed":
            fixed = index.amount_year
        else:
            prices[index.component] = Price(
                index.component, index.amount_year, index.max_per_family
            )
    return Rules(
        prices=tuple(prices.values()),
        fixed_year=fixed,
        max_components=rule.max_components,
        payments_a_year=rule.payments_a_year,
    )
