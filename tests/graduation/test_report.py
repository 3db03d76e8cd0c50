"""The quarterly report: golden numbers, sums that agree, what a lock keeps."""

import datetime as dt

import pytest
from django.utils.translation import override

from accounts.roles import Role
from areas.models import Area
from core.errors import Refused
from core.periods import Period
from graduation.forms.report import areas_of
from graduation.models import Exit, ExitEntry
from graduation.queries.report import Base, report_of
from graduation.report_tables import lock_line
from graduation.services import lock_quarter, record_exit, withdraw_exit
from tests.factories.accounts import person
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.figures import counted, families, listed, pringsewu_2022
from tests.factories.graduation import AT, exit_type

pytestmark = pytest.mark.django_db
Q3, Q4 = Period(2026, 3), Period(2026, 4)
YEAR_2022 = Period(2022, 4)


def test_golden_pringsewu_2022_holds(ratna):
    """G1, G2, G3 and G5 of domain.md 2.4."""
    pringsewu_2022()

    report = report_of(ratna, "99.01", YEAR_2022, cumulative=True)

    assert (report.total.prosperous, report.total.local_eligibility) == (208, 1_883)
    assert (report.total.graduations, report.total.administrative) == (2_091, 0)
    assert (report.base.first, report.families) == (Period(2022, 1), 21_299)
    assert str(report.total.percent) == "9.82"
    assert [(line.key, line.number, str(line.percent)) for line in report.headlines] == [
        ("prosperous", 208, "0.98"),
        ("local_eligibility", 1_883, "8.84"),
        ("natural", 0, "0.00"),
        ("other", 0, "0.00"),
    ]
    base = report.base
    assert (base.opening, base.opening_families, base.exits) == (Period(2022, 1), 21_299, 2_091)
    assert base.computed == 19_208
    assert (base.closing, base.closing_families) == (Period(2023, 2), 20_667)
    assert (base.difference, base.entries, base.unexplained) == (1_459, 1_459, 0)
    assert (base.gone, base.gone_with_exit, base.gone_without_exit) == (2_091, 2_091, 0)


def test_sums_of_every_table_equal_the_total(ratna):
    seed = pringsewu_2022()
    counted(seed.staying[:30], "died", 2022, seed.people)

    for cumulative in (True, False):
        report = report_of(ratna, "99.01", YEAR_2022, cumulative=cumulative)
        total = (report.total.graduations, report.total.administrative)
        assert total > (0, 0)
        for table in (report.types, report.kecamatan, report.facilitators, report.reasons):
            assert (
                sum(line.graduations for line in table),
                sum(line.administrative for line in table),
            ) == total
        assert sum(line.number for line in report.headlines) == total[0]
        assert sum(line.families for line in report.kecamatan) == report.families == 21_299
        names = [line.label for line in report.facilitators]
        assert names == ["ANI", "BAYU", "tanpa pendamping"]
    assert (report_of(ratna, "99.01", YEAR_2022, cumulative=True).total.administrative) == 30


def test_the_parts_of_the_kecamatan_make_the_kabupaten(ratna):
    pringsewu_2022()

    whole = report_of(ratna, "99.01", YEAR_2022, cumulative=True)
    parts = [report_of(ratna, f"99.01.0{n}", YEAR_2022, cumulative=True) for n in (1, 2, 3)]

    assert [part.total.graduations for part in parts] == [
        line.graduations for line in whole.kecamatan
    ]
    assert [part.families for part in parts] == [line.families for line in whole.kecamatan]
    assert sum(part.base.difference for part in parts) == whole.base.difference


def test_golden_targets_stand_against_the_first_closing_of_the_year(ratna):
    """G4: 2023 begins with its second closing, because the register holds no first one."""
    pringsewu_2022()

    base = report_of(ratna, "99.01", Period(2023, 2), cumulative=True).base

    assert (base.first, base.families) == (Period(2023, 2), 20_667)


def test_an_administrative_exit_is_never_graduation(ratna):
    gone = families(5)
    listed(gone, 2026, 1)
    counted(gone[:2], "died", 2026, quarters=3)
    counted(gone[2:3], "moved", 2026, quarters=3)
    counted(gone[3:4], "natural", 2026, quarters=3)

    report = report_of(ratna, "99.01", Q3, cumulative=True)

    assert (report.total.graduations, report.total.administrative) == (1, 3)
    assert str(report.total.percent) == "20.00"
    assert {line.key: line.number for line in report.administrative if line.number} == {
        "died": 2,
        "moved": 1,
    }
    assert {line.key: line.number for line in report.graduation_types if line.number} == {
        "natural": 1
    }


def an_exit(on, village="99.01.01.2001", by=None, facilitator=None):
    household = HouseholdFactory(desa__code=village)
    if facilitator:
        entrust(facilitator, household)
    return record_exit(
        household=household, type=exit_type("moved"), on=on, basis="office", by=by, at=AT
    )


def lock(area_code, period, by):
    area = Area.objects.get(pk=area_code)
    return lock_quarter(area=area, period=period, by=by, at=AT)


def test_a_locked_quarter_shows_what_was_published_beside_what_stands(ratna):
    kept = an_exit(dt.date(2026, 8, 3), by=ratna)
    withdrawn = an_exit(dt.date(2026, 8, 4), "99.01.02.2001", by=ratna)
    before = report_of(ratna, "99.01", Q3)
    lock("99.01", Q3, ratna)

    withdraw_exit(exit=withdrawn, reason="Salah keluarga", by=ratna, at=AT)
    after = report_of(ratna, "99.01", Q3)

    assert (before.locked, after.locked) == (False, True)
    assert after.quarter.locked_by == ratna
    assert (after.total.published_administrative, after.total.administrative) == (2, 1)
    assert before.total.published == after.total.published
    (correction,) = after.corrections
    assert (correction.reason, correction.by, correction.administrative) == (
        "Salah keluarga",
        str(ratna),
        -1,
    )
    assert [line.administrative for line in after.kecamatan] == [1, 0]
    assert Exit.objects.get(pk=kept.pk).entries.count() == 1


def test_a_lock_keeps_what_the_figures_were_compared_with(ratna):
    here = families(10, ["99.01.01.2001", "99.01.02.2001"])
    listed(here, 2026, 1)
    listed(here, 2026, 3)
    lock("99.01", Q3, ratna)

    listed(families(4), 2026, 3)  # loaded late
    locked = report_of(ratna, "99.01", Q3)
    lead = person("katim", Role.SUBDISTRICT_LEAD, "99.01.01")
    part = report_of(lead, "99.01.01", Q3)
    live = report_of(ratna, "99.01", Q4)

    assert (locked.base_as_locked, locked.base.closing_families) == (True, 10)
    assert (part.base_as_locked, part.base.closing_families, part.families) == (True, 5, 5)
    assert (live.base_as_locked, live.base.opening_families) == (False, 14)


def test_the_base_says_who_is_gone_without_an_exit_and_who_left_but_is_listed(ratna):
    here = families(10)
    listed(here, 2026, 2)
    listed(here[2:] + families(3), 2026, 3)
    counted(here[:1], "died", 2026, quarters=3)  # gone, with an exit of the first quarters
    counted(here[5:6], "moved", 2026, quarters=3)  # left, but listed still

    base = report_of(ratna, "99.01", Q3, cumulative=True).base

    assert (base.opening, base.closing) == (Period(2026, 2), Period(2026, 3))
    assert (base.opening_families, base.exits, base.computed) == (10, 2, 8)
    assert (base.closing_families, base.difference, base.entries) == (11, 3, 3)
    assert (base.gone, base.gone_with_exit) == (2, 1)
    assert (base.gone_without_exit, base.exits_elsewhere, base.unexplained) == (1, 1, 0)


def test_without_a_closing_nothing_is_a_percentage(ratna):
    an_exit(dt.date(2026, 8, 3), by=ratna)

    report = report_of(ratna, "99.01", Q3)

    assert (report.families, report.total.percent) == (None, None)
    assert (report.base.opening, report.base.difference) == (None, None)
    assert report.total.administrative == 1


def test_a_facilitator_keeps_what_left_in_his_days(ratna):
    hers = FacilitatorFactory(name="CITRA")
    an_exit(dt.date(2026, 8, 3), by=ratna, facilitator=hers)
    an_exit(dt.date(2026, 8, 3), by=ratna)

    report = report_of(ratna, "99.01", Q3)

    assert [(line.label, line.administrative) for line in report.facilitators] == [
        ("CITRA", 1),
        ("tanpa pendamping", 1),
    ]


@pytest.mark.parametrize("area", ["99.01", "99.01.02", "99.02", "99", "tak ada", ""])
def test_who_holds_one_kecamatan_reads_no_other_report(area, ratna):
    an_exit(dt.date(2026, 8, 3), "99.01.02.2001", by=ratna)
    lead = person("katim", Role.SUBDISTRICT_LEAD, "99.01.01")

    with pytest.raises(Refused) as refused:
        report_of(lead, area, Q3)

    assert refused.value.code == "not_found"


def test_a_lead_reads_the_effect_of_a_correction_but_not_its_reason(ratna):
    theirs = an_exit(dt.date(2026, 8, 3), "99.01.01.2001", by=ratna)
    other = an_exit(dt.date(2026, 8, 3), "99.01.02.2001", by=ratna)
    lock("99.01", Q3, ratna)
    for one in (theirs, other):
        withdraw_exit(exit=one, reason="Keluarga Pak Anu", by=ratna, at=AT)
    lead = person("katim", Role.SUBDISTRICT_LEAD, "99.01.01")

    (correction,) = report_of(lead, "99.01.01", Q3).corrections

    assert (correction.reason, correction.by, correction.administrative) == ("", "", -1)


def test_the_report_costs_the_same_with_more_rows(ratna, django_assert_num_queries):
    for number in (1, 3):
        for n in range(number):
            an_exit(
                dt.date(2026, 8, 3), f"99.01.0{n + 1}.2001", by=ratna,
                facilitator=FacilitatorFactory(),
            )  # fmt: skip
        with django_assert_num_queries(16):
            report_of(ratna, "99.01", Q3)
    assert ExitEntry.objects.count() == 4


def test_who_holds_a_province_chooses_in_the_kabupaten_of_the_office(settings, ratna):
    settings.PKH_OFFICE_AREA = "99.02"
    for village in ("99.01.01.2001", "99.02.01.2001"):
        HouseholdFactory(desa__code=village)
    above = person("provinsi", Role.AUDITOR, "99")

    assert [area.pk for area in areas_of(above)] == ["99.02", "99.02.01"]
    assert [area.pk for area in areas_of(ratna)] == ["99.01", "99.01.01"]


def test_a_year_is_locked_when_all_its_quarters_are(ratna):
    lock("99.01", Q3, ratna)
    with override("en"):
        open_still = report_of(ratna, "99.01", Q3, cumulative=True)
        said = lock_line(open_still)
    an_exit(dt.date(2026, 2, 3), by=ratna)  # no correction: the first quarter is open
    changed = report_of(ratna, "99.01", Q3, cumulative=True)
    for period in (Period(2026, 1), Period(2026, 2)):
        lock("99.01", period, ratna)
    whole = report_of(ratna, "99.01", Q3, cumulative=True)

    assert (open_still.locked, open_still.quarter_locked, changed.total.administrative) == (
        False,
        True,
        1,
    )
    assert said == (
        "Not locked: the figures of quarter 1 of 2026, quarter 2 of 2026 can still change."
    )
    assert (changed.base_as_locked, changed.base.exits) == (False, 1)
    assert whole.locked
    assert report_of(ratna, "99.01", Q3).locked


def test_golden_bandung_2016_grows_by_new_families():
    """G6 of domain.md 2.4, and nothing divided by nothing."""
    known = {"first": Q3, "opening": Q3, "closing": Q4, "gone": 0, "gone_with_exit": 0, "exits": 0}
    bandung = Base(
        **known, families=36_000, opening_families=36_000, closing_families=72_667, entries=36_667
    )
    empty = Base(**known, families=0, opening_families=0, closing_families=0, entries=0)

    assert (str(bandung.growth_percent), str(bandung.new_percent)) == ("101.85", "50.46")
    assert (empty.growth_percent, empty.new_percent) == (None, None)
