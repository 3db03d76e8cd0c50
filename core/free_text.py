"""NIK and family-card numbers in sentences, where nothing masks them afterwards."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.nik import mask_nik

# Sixteen digits as people write them: together, or in groups.
_IDENTITY_NUMBER = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){15}(?!\d)")


NO_IDENTITY_NUMBER = _(
    "Write no NIK or family card number here: everybody who reads the text sees it."
)


def holds_identity_number(text: str) -> bool:
    return _IDENTITY_NUMBER.search(text) is not None


def no_identity_number(text: str) -> None:
    """For what is typed at a desk, where its author can mend it at once."""
    if holds_identity_number(text):
        raise ValidationError(NO_IDENTITY_NUMBER, code="identity_number")


def mask_identity_numbers(text: str) -> str:
    """For what comes from a phone: a refusal would leave the record there, far from any office."""
    return _IDENTITY_NUMBER.sub(lambda found: _masked(found[0]), text)


def _masked(number: str) -> str:
    return mask_nik("".join(filter(str.isdigit, number))) or ""
