"""What an assessment counts: every line of the explanation, and their sum."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from graduation.scoring import Asked, judge

questions = st.lists(
    st.builds(
        Asked,
        code=st.text("abc", min_size=1, max_size=3),
        weight=st.integers(0, 300),
        required=st.booleans(),
        percent=st.none() | st.integers(0, 100),
    ),
    max_size=25,
)
thresholds = st.decimals(0, 100, places=2)


def half_up(exact: Fraction) -> Decimal:
    """Two decimals, by counting hundredths; nothing of scoring in it."""
    hundredths = exact * 100
    whole = hundredths.numerator // hundredths.denominator
    return Decimal(whole + (1 if hundredths - whole >= Fraction(1, 2) else 0)) / 100


@given(questions, thresholds)
def test_the_lines_add_up_to_the_score_and_to_the_points(asked, threshold):
    judgement = judge(asked, threshold)

    assert sum((line.share for line in judgement.lines), Decimal(0)) == judgement.score_percent
    assert sum((line.points for line in judgement.lines), Decimal(0)) == judgement.points


@given(questions, thresholds)
def test_the_score_is_the_points_of_all_weights_half_up(asked, threshold):
    judgement = judge(asked, threshold)
    weights = sum(one.weight for one in asked)
    points = sum(Fraction(one.weight * (one.percent or 0), 100) for one in asked)

    expected = half_up(100 * points / weights) if weights else Decimal(0)

    assert judgement.score_percent == expected


@given(questions, thresholds)
def test_a_share_is_off_by_less_than_a_hundredth_and_nothing_brings_nothing(asked, threshold):
    judgement = judge(asked, threshold)

    for line in judgement.lines:
        exact = Fraction(line.points) * 100 / judgement.weights if judgement.weights else 0
        assert abs(Fraction(line.share) - exact) < Fraction(1, 100)
        if not line.points:
            assert line.share == 0


@given(questions, thresholds)
def test_satisfied_needs_the_threshold_and_every_required_question(asked, threshold):
    judgement = judge(asked, threshold)
    unmet = [one.code for one in asked if one.required and one.percent in (None, 0)]

    assert judgement.missing == tuple(unmet)
    assert judgement.satisfied == (judgement.score_percent >= threshold and not unmet)


@given(questions, thresholds, st.data())
def test_a_better_answer_never_lowers_the_score(asked, threshold, data):
    if not asked:
        return
    n = data.draw(st.integers(0, len(asked) - 1))
    better = data.draw(st.integers(asked[n].percent or 0, 100))
    improved = [*asked]
    improved[n] = Asked(asked[n].code, asked[n].weight, asked[n].required, better)

    assert judge(improved, threshold).score_percent >= judge(asked, threshold).score_percent


def test_exactly_at_the_threshold_is_enough():
    asked = [Asked("a", 3, percent=100), Asked("b", 2, percent=0)]

    assert judge(asked, Decimal(60)).satisfied
    assert not judge(asked, Decimal("60.01")).satisfied


def test_two_thirds_are_half_up_and_their_lines_still_add_up():
    asked = [Asked("a", 1, percent=100), Asked("b", 1, percent=100), Asked("c", 1)]

    judgement = judge(asked, Decimal(60))

    assert judgement.score_percent == Decimal("66.67")
    assert [line.share for line in judgement.lines] == [
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal(0),
    ]


def test_an_empty_form_satisfies_nobody_above_nothing():
    assert judge([], Decimal("0.01")).satisfied is False
    assert judge([], Decimal(0)).score_percent == 0
