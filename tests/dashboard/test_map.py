"""The map: its numbers equal a recount, foreign areas are never in it, and it stays small."""

import datetime as dt
import gzip
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from areas.maps import load_map
from beneficiaries.models import Household, Member
from dashboard.map_drawing import classes_of, drawing_of
from graduation.models import Exit, ExitEntry
from tests.factories.accounts import person
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory, MemberFactory
from tests.factories.facilitators import FacilitatorFactory, entrust
from tests.factories.graduation import exit_type
from tests.factories.maps import district

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
HERS, BESIDE, HIS, FAR = "99.01.01.2001", "99.01.01.2002", "99.01.02.2001", "99.02.01.2001"
FIGURES = ["keluarga", "graduasi", "mutu", "beban"]


def families(code, number, **fields):
    village = AreaFactory(code=code)
    found = [HouseholdFactory(desa=village, **fields) for _ in range(number)]
    for household in found:
        MemberFactory(household=household)
    return found


def graduated(household, *, year=None, code="local_eligibility", taken_out=False):
    year = year or timezone.localdate().year
    household.status, household.exited_on = "exited", dt.date(year, 1, 15)
    household.save()
    left = Exit.objects.create(
        household=household,
        type=exit_type(code),
        on=household.exited_on,
        basis="office",
        desa=household.desa,
        recorded_at=AT,
    )
    for sign in (1, -1) if taken_out else (1,):
        ExitEntry.objects.create(
            exit=left, year=year, quarter=1, type=left.type, desa=left.desa, sign=sign, at=AT
        )


@pytest.fixture
def register(db):
    """Villages of two kecamatan here and one elsewhere, each with another number of families."""
    today = timezone.localdate()
    here = families(HERS, 5) + families(BESIDE, 3)
    there, far = families(HIS, 4), families(FAR, 6)
    for household in (*here[:2], there[0], far[0]):
        Household.objects.filter(pk=household.pk).update(status="suspended")
    graduated(families(HERS, 1)[0])
    graduated(families(BESIDE, 1)[0], taken_out=True)
    graduated(families(HERS, 1)[0], year=today.year - 1)
    graduated(families(HIS, 1)[0], code="died")
    graduated(families(FAR, 1)[0])
    Member.objects.filter(household=here[0]).update(nik=None, birth_on=None)
    Member.objects.filter(household=here[1]).update(birth_on=None)
    Household.objects.filter(pk=there[0].pk).update(kk_number=None)
    first, second = FacilitatorFactory(), FacilitatorFactory()
    entrust(first, *here[:4])
    entrust(second, *here[4:6], there[0])
    entrust(FacilitatorFactory(), *there[1:3], ends_on=today - dt.timedelta(days=1))
    entrust(FacilitatorFactory(area="99.02.01"), *far)


def lines(client, user, figure, code=None):
    """{area: (its numbers, the denominator, the value)} and the row of sums, as the page has."""
    client.force_login(user)
    url = reverse("dashboard:map_kecamatan", args=[code]) if code else reverse("dashboard:map")
    answer = client.get(url, {"angka": figure})
    assert answer.status_code == 200

    def said(line):
        *numbers, whole = (number for _column, number, _url in line.cells)
        return numbers, whole, line.shown

    found = {line.area.pk: said(line) for line in answer.context["lines"]}
    return found, said(answer.context["total"])


def test_families_equal_a_recount(client, ratna, register):
    assert lines(client, ratna, "keluarga") == (
        {"99.01.01": (["6", "2"], "8", "8"), "99.01.02": (["3", "1"], "4", "4")},
        (["9", "3"], "12", "12"),
    )
    assert lines(client, ratna, "keluarga", "99.01.01")[0] == {
        HERS: (["3", "2"], "5", "5"),
        BESIDE: (["3", "0"], "3", "3"),
    }


def test_graduated_equal_the_book_of_the_report(client, ratna, register):
    assert lines(client, ratna, "graduasi") == (
        {"99.01.01": (["1"], "8", "11,1%"), "99.01.02": (["0"], "4", "0,0%")},
        (["1"], "12", "7,7%"),
    )


def test_quality_counts_a_member_once(client, ratna, register):
    assert lines(client, ratna, "mutu") == (
        {
            "99.01.01": (["1", "2", "0", "2"], "8", "25,0%"),
            "99.01.02": (["0", "0", "1", "1"], "4", "25,0%"),
        },
        (["1", "2", "1", "3"], "12", "25,0%"),
    )


def test_load_is_of_the_families_held_today(client, ratna, register):
    found, _total = lines(client, ratna, "beban")

    assert found == {
        "99.01.01": (["6", "2"], "2", "3,0"),
        "99.01.02": (["1", "3"], "1", "1,0"),
    }


def test_load_of_the_whole_counts_a_facilitator_of_two_areas_once(client, ratna, register):
    _found, total = lines(client, ratna, "beban")

    assert total == (["7", "5"], "2", "3,5")


def test_a_lead_sees_only_the_own_kecamatan(client, register):
    lead = person("katim", Role.SUBDISTRICT_LEAD, "99.01.01")

    for figure in FIGURES:
        assert list(lines(client, lead, figure)[0]) == ["99.01.01"]


def test_a_facilitator_with_a_caseload_counts_the_entrusted_families_only(client, sari, register):
    FacilitatorFactory(user=sari)
    entrust(sari.facilitator, *families(HERS, 2), *families(HIS, 1))

    assert lines(client, sari, "keluarga")[0] == {
        "99.01.01": (["2", "0"], "2", "2"),
        "99.01.02": (["1", "0"], "1", "1"),
    }
    assert list(lines(client, sari, "keluarga", "99.01.01")[0]) == [HERS]


def test_figures_are_offered_to_who_may_see_them(client, sari, register):
    """A facilitator does not see who has how many families; asked for it, he gets families."""
    client.force_login(sari)

    answer = client.get(reverse("dashboard:map"), {"angka": "beban"})

    assert [one.key for one in answer.context["figures"]] == FIGURES[:3]
    assert answer.context["figure"].key == "keluarga"


@pytest.mark.parametrize("code", ["99.01.02", "99.02.01", "99.01", HERS, "zzz", "99.01.77"])
def test_a_foreign_kecamatan_is_missing(client, sari, register, code):
    client.force_login(sari)
    url = reverse("dashboard:map_kecamatan", args=["99.01.01"])
    assert client.get(url).status_code == 200

    answer = client.get(reverse("dashboard:map_kecamatan", args=[code]))

    assert answer.status_code == 404
    assert (
        answer.content == client.get(reverse("dashboard:map_kecamatan", args=["99.09.09"])).content
    )


def test_who_sees_no_family_has_no_map(client, administrator):
    client.force_login(administrator)

    assert client.get(reverse("dashboard:map")).status_code == 403


@pytest.mark.parametrize("code", [None, "99.01.01"])
@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_open_the_rows_they_count(client, ratna, register, figure, code):
    client.force_login(ratna)
    url = reverse("dashboard:map_kecamatan", args=[code]) if code else reverse("dashboard:map")
    page = client.get(url, {"angka": figure}).context

    opened = {}
    for line in (*page["lines"], page["total"]):
        for _column, number, rows in line.cells:
            if rows:
                context = client.get(rows).context
                found = context["number"] if "number" in context else len(context["page"].rows)
                opened[rows] = (number, str(found))

    assert opened
    assert [pair for pair in opened.items() if pair[1][0] != pair[1][1]] == []


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("figure", FIGURES)
def test_map_asks_the_same_for_one_kecamatan_and_for_three(
    client, ratna, figure, number, django_assert_num_queries
):
    for n in range(number):
        entrust(FacilitatorFactory(), *families(f"99.01.0{n + 1}.2001", 1 + n))
    outline(columns=(2, 1), rows=(1, 1), steps=10)
    client.force_login(ratna)
    client.get(reverse("dashboard:map"), {"angka": figure})

    with django_assert_num_queries(7 if figure in ("keluarga", "mutu") else 8):
        client.get(reverse("dashboard:map"), {"angka": figure})


# --- the drawing


def outline(**size):
    """An invented kabupaten 99.01 with all its outlines; without a size, the large one."""
    made = district(**size)
    for code in (*made.kecamatan, *made.villages):
        AreaFactory(code=code)
    load_map(content=made.content(), source="peta.geojson", by=None, at=AT)
    return made


def test_without_outlines_the_page_is_the_table_and_says_how_to_load_them(client, ratna, register):
    client.force_login(ratna)

    text = client.get(reverse("dashboard:map")).content.decode()

    assert '<svg class="map"' not in text
    assert "manage.py load_map" in text
    assert "99.01.02" in text


def test_map_draws_ones_own_kecamatan_only_each_a_link_with_its_number(client, sari, register):
    outline(columns=(2, 1), rows=(1, 1), steps=10)
    client.force_login(sari)

    text = client.get(reverse("dashboard:map")).content.decode()

    shapes = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"><title>([^<]+)</title>', text)
    assert [(href, label == title) for href, label, title in shapes] == [
        ("/peta/99.01.01/?angka=keluarga", True)
    ]
    assert "Wilayah 99.01.01: 8 " in shapes[0][1]
    assert "99.01.02" not in text


def test_villages_without_outline_stand_in_the_table(client, ratna, register):
    outline(columns=(1,), rows=(1,), steps=10)
    client.force_login(ratna)

    answer = client.get(reverse("dashboard:map_kecamatan", args=["99.01.01"]))

    assert (len(answer.context["shapes"]), answer.context["missing"]) == (1, 1)
    assert "hanya ada di tabel" in answer.content.decode()


def test_pages_of_a_large_kabupaten_stay_small(client, ratna):
    made = outline()
    for code in made.villages[::3]:
        families(code, 1)
    client.force_login(ratna)

    sizes = {}
    for url in ["/peta/", *(f"/peta/{code}/" for code in made.kecamatan)]:
        content = client.get(url).content
        assert content.count(b"<title>") > 9
        sizes[url] = len(gzip.compress(content))
        paths = re.findall(r' d="(M[^"]+z)"', content.decode())
        assert len(re.findall(r"\d+", " ".join(paths))) in range(1_500, 2 * 1_500 + 1)

    assert max(sizes.values()) < 25_000


def test_drawing_has_no_separators_in_its_numbers(client, ratna, register):
    """Thousands have a point in Indonesian: in a drawing it would be a fraction."""
    outline(columns=(2, 1), rows=(1, 1), steps=10)
    client.force_login(ratna)

    text = client.get(reverse("dashboard:map")).content.decode()

    drawn = re.findall(r'(?:viewBox|x|y| d)="([^"]*)"', text.partition('<svg class="map"')[2])
    assert drawn
    assert [one for one in drawn if "." in one or "," in one] == []


@pytest.mark.parametrize(
    ("values", "letters", "legend"),
    [
        ([], "", []),
        ([None, None], "", []),
        ([7], "A", [("A", 7, 7, 1)]),
        ([3, 3, 3], "AAA", [("A", 3, 3, 3)]),
        ([1, 2, 2, 9], "ABBC", [("A", 1, 1, 1), ("B", 2, 2, 2), ("C", 9, 9, 1)]),
        (
            list(range(1, 11)),
            "AABBCCDDEE",
            [("A", 1, 2, 2), ("B", 3, 4, 2), ("C", 5, 6, 2), ("D", 7, 8, 2), ("E", 9, 10, 2)],
        ),
    ],
)
def test_classes_are_quantiles_that_keep_equal_values_together(values, letters, legend):
    found, said = classes_of(dict(enumerate(values)))

    assert "".join(found.values()) == letters
    assert [(one.letter, one.lowest, one.highest, one.areas) for one in said] == legend


def test_drawing_of_one_area_fills_the_picture():
    class Outline:
        rings = [[0, 0, 4_000, 0, 4_000, 2_000, 0, 2_000]]
        left, top, right, bottom = 0, 0, 4_000, 2_000
        label_x, label_y, label_room = 2_000, 1_000, 4_000

    drawing = drawing_of({"x": Outline}, {"x": "A"}, {"x": "1.234"}, {"x": "Contoh"})

    assert drawing.view_box == "0 0 1000 506"
    assert drawing.shapes[0].d == "M6 6l988 0 0 494-988 0z"
    assert drawing.shapes[0].size == "wide"
    assert (drawing.shapes[0].x, drawing.shapes[0].name_y, drawing.shapes[0].y) == (500, 235, 267)
