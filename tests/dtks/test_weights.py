import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtks.matching.rules import COMPARED, FIELDS, LEVELS, NIK_EQUAL
from dtks.matching.weights import Lesson, Vector, fit, learn, probability

SAME = Vector(same_card=True, name=8, birth_on=7, mother_name=5, nik=6, village=3, sex=2)
SISTER = Vector(same_card=True, name=1, birth_on=2, mother_name=5, nik=1, village=3, sex=2)


def lessons(people=1000):
    """What an ordinary file teaches: people agree, relatives share mother and village."""
    counted = [
        ("same", True, "card", None, 1, 0.95 * people),
        ("same", False, "card", None, 0, 0.05 * people),
        ("same", True, "name", None, 8, 0.8 * people),
        ("same", True, "name", None, 5, 0.15 * people),
        ("same", True, "birth_on", None, 7, 0.95 * people),
        ("same", True, "mother_name", None, 5, 0.9 * people),
        ("same", True, "village", None, 3, people),
        ("same", True, "sex", None, 2, people),
        ("same", True, "nik", 3, 6, 0.03 * people),
        ("relative", True, "name", None, 1, 3 * people),
        ("relative", True, "birth_on", None, 1, 3 * people),
        ("relative", True, "mother_name", None, 5, 2 * people),
        ("relative", True, "mother_name", None, 1, people),
        ("relative", True, "nik", 1, 1, 3 * people),
        ("stranger", False, "name", None, 1, 2 * people),
        ("stranger", False, "mother_name", None, 1, 2 * people),
        ("by chance", False, "name", None, 7, 0.002),
        ("by chance", False, "name", None, 9, 0.00001),
    ]
    return [Lesson(*line) for line in counted]


def fitted(people=1000):
    model = learn(lessons(people))
    fit(model, [SAME._replace(n=40), SISTER._replace(n=160)], members=200, rows=10_000)
    return model


def test_a_person_and_a_relative_are_told_apart():
    model = fitted()

    assert probability(sum(model.weights(SAME))) > 0.99
    assert probability(sum(model.weights(SISTER))) < 0.01
    assert model.share_same_card == pytest.approx(0.2, abs=0.02)


def test_what_a_family_shares_says_little_within_it():
    model = fitted()

    assert model.card[True] > model.card[False]
    assert model.bits[True, "village", 3] < 100 < model.bits[False, "village", 3]
    assert model.bits[True, "mother_name", 5] < model.bits[False, "mother_name", 5]


def test_a_rare_name_says_more_than_a_common_one():
    model = fitted()

    assert model.bits[False, "name", 9] > model.bits[False, "name", 7] > 0


def test_unknown_says_nothing():
    silent = Vector(same_card=True, name=0, birth_on=0, mother_name=0, nik=0, village=0, sex=0)

    assert fitted().weights(silent)[2:] == [0] * 6


def test_the_number_of_somebody_else_on_the_card_is_weak_evidence():
    shared = Lesson("shared number", True, "nik", None, 8, 0.05)

    careless = learn([*lessons(), shared])

    equal = (True, 1, NIK_EQUAL)
    assert careless.nik[equal] < learn(lessons()).nik[equal]


def test_a_file_with_few_known_pairs_is_not_trusted():
    assert learn([]).trusted is False
    assert fitted(people=150).trusted is False
    assert fitted(people=1000).trusted is True


def test_learning_stores_every_number_that_decided():
    model = fitted()
    stored = model.as_json()

    assert stored["card"]["same"] == model.card[True]
    assert stored["same_card"]["name"]["8"] == model.bits[True, "name", 8]
    assert stored["same_card"]["nik"]["3:6"] == model.nik[True, 3, 6]


vectors = st.builds(
    Vector,
    same_card=st.booleans(),
    nik=st.sampled_from(sorted(LEVELS["nik"])),
    **{name: st.sampled_from(sorted(LEVELS[name])) for name in COMPARED},
    n=st.integers(1, 500),
)


@given(st.lists(vectors, max_size=12))
def test_any_file_gives_bounded_weights_in_the_order_of_the_fields(found):
    model = learn(lessons())

    fit(model, found, members=100, rows=1000)

    assert 0 < model.share_same_card < 1
    for vector in found:
        weights = model.weights(vector)
        assert len(weights) == len(FIELDS)
        assert all(-32_768 < weight < 32_767 for weight in weights)  # they are stored as smallint


@given(st.integers(-20_000, 20_000), st.integers(0, 500))
def test_probability_grows_with_the_score(score, more):
    assert 0 < probability(score) <= probability(score + more) <= 1
    assert probability(0) == 0.5
