import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from core.paging import pack, page_of, unpack
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
