from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from core.paging import pack, page_of, slice_of, unpack
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def names(page):
    return [user.username for user in page]


@pytest.fixture
def seven(db):
    for letter in "abcdefg":
        UserFactory(username=letter, full_name="sama")


def walk(query, **options):
    return page_of(User.objects.all(), ("full_name", "username"), query, size=3, **options)


def test_page_of_walks_forth_and_back_over_equal_values(seven):
    first = walk({})
    second = walk({"setelah": first.after})
    third = walk({"setelah": second.after})

    assert [names(first), names(second), names(third)] == [list("abc"), list("def"), ["g"]]
    assert (first.before, third.after) == (None, None)
    assert names(walk({"sebelum": third.before})) == list("def")
    assert names(walk({"sebelum": second.before})) == list("abc")
    assert walk({"sebelum": second.before}).before is None


def test_a_page_counts_its_list_only_when_asked(seven, django_assert_num_queries):
    with django_assert_num_queries(1):
        first = walk({})
    second = walk({"setelah": first.after})
    with django_assert_num_queries(1):
        assert (second.total, second.total, second.is_longer) == (7, 7, False)


def test_a_list_is_counted_up_to_a_bound_and_not_at_all_when_it_is_one_page(
    seven, django_assert_num_queries
):
    long = replace(walk({}), most=5)
    short = page_of(User.objects.all(), ("full_name", "username"), {})

    assert (long.total, long.is_longer) == (6, True)
    with django_assert_num_queries(0):
        assert (short.total, short.is_longer) == (7, False)


def test_page_of_newest_first_walks_the_other_way(seven):
    first = walk({}, newest_first=True)
    second = walk({"setelah": first.after}, newest_first=True)

    assert [names(first), names(second)] == [list("gfe"), list("dcb")]
    assert names(walk({"sebelum": second.before}, newest_first=True)) == list("gfe")


@pytest.mark.parametrize(
    "cursor", ["x", "bm90IGpzb24", pack([1]), pack([[], {}]), pack(["a", 2**80])]
)
def test_page_of_answers_a_broken_cursor_with_the_first_page(seven, cursor):
    assert names(walk({"setelah": cursor})) == list("abc")


def test_page_of_answers_a_cursor_of_another_type_with_the_first_page(seven):
    page = page_of(User.objects.all(), ("pk",), {"setelah": pack(["abc"])}, size=3)

    assert len(page) == 3


@given(st.lists(st.integers(-(2**61), 2**61) | st.text(max_size=20), min_size=1, max_size=3))
def test_cursors_come_back_as_they_were(values):
    assert unpack(pack(values), len(values)) == values


@given(st.integers(0, 12), st.integers(1, 4))
def test_slice_of_walks_forth_and_back_over_everything(length, size):
    items, seen, page = list(range(length)), [], slice_of(list(range(length)), {}, size)
    seen.append(page.rows)
    while page.after:
        page = slice_of(items, {"setelah": page.after}, size)
        seen.append(page.rows)
    assert [one for rows in seen for one in rows] == items
    for earlier in reversed(seen[:-1]):
        page = slice_of(items, {"sebelum": page.before}, size)
        assert page.rows == earlier
    assert page.before is None


@pytest.mark.parametrize("cursor", ["omong", pack(["a"]), pack([99]), pack([-1]), pack([1, 2])])
def test_slice_of_answers_a_made_up_cursor_with_the_first_page(cursor):
    for word in ("setelah", "sebelum"):
        assert slice_of("abcdef", {word: cursor}, 4).rows == list("abcd")
