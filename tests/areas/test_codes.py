import pytest

from areas.codes import ancestors_of, dotted, looks_like_bps


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("18", "18"),
        ("1810", "18.10"),
        (" 181001 ", "18.10.01"),
        ("'1810012001", "18.10.01.2001"),
        ("18.10.01.2001", "18.10.01.2001"),
        ("18.10.1.2001", None),
        ("181001200", None),
        ("1810010012001", None),
        ("18-10", None),
        ("١٨", None),
        ("", None),
    ],
)
def test_dotted_reads_both_ways_of_writing(text, code):
    assert dotted(text) == code


@pytest.mark.parametrize(
    ("text", "bps"),
    [
        ("1101010", True),
        ("1101010001", True),
        ("11.01.010", True),
        ("11.01.010.001", True),
        ("11.01.01.0001", True),
        ("1101012001", False),
        ("11.01.01.1001", False),
        ("11.01.01.3001", False),
        ("110101", False),
        ("1101", False),
    ],
)
def test_looks_like_bps_tells_the_two_offices_apart(text, bps):
    assert looks_like_bps(text) is bps


def test_ancestors_of_a_village():
    assert ancestors_of("18.10.01.2001") == ["18", "18.10", "18.10.01"]
