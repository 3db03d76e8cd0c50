"""NIK and family-card numbers in sentences."""

import pytest
from django.core.exceptions import ValidationError

from core.free_text import mask_identity_numbers, no_identity_number

WRITTEN = ["9901014107900001", "9901 0141 0790 0001", "99.01.01.410790.0001", "9901-0141-0790-0001"]
HARMLESS = ["", "081234567890", "02-11-2026 08.30", "99010141079000012", "9901**********01"]


@pytest.mark.parametrize("number", WRITTEN)
def test_a_number_is_found_and_masked_however_it_is_written(number):
    with pytest.raises(ValidationError):
        no_identity_number(f"NIK ibu {number}.")

    assert mask_identity_numbers(f"NIK {number}, KK {number}.") == (
        "NIK 9901**********01, KK 9901**********01."
    )


@pytest.mark.parametrize("text", HARMLESS)
def test_other_digits_stay_as_they_are(text):
    no_identity_number(text)

    assert mask_identity_numbers(text) == text
