"""What stands on every official paper: the head of the letter, and the number it was given."""

import re
from string import Formatter

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.models.querysets import IssuedNumberQuerySet

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
# What may stand in braces, as clerks say it and as programs do.
_PARTS = {
    "nomor": r"(0[1-9]d)?",
    "number": r"(0[1-9]d)?",
    "romawi": "",
    "roman": "",
    "bulan": r"(02d)?",
    "month": r"(02d)?",
    "tahun": "",
    "year": "",
}
_NUMBER = {"nomor", "number"}


class Letterhead(models.Model):
    """The head of a kabupaten's papers, and who signs them for the agency."""

    class Paper(models.TextChoices):
        A4 = "A4", _("A4")
        F4 = "F4", _("F4 (Folio)")

    area = models.OneToOneField(
        "areas.Area",
        models.PROTECT,
        related_name="+",
        limit_choices_to={"level": 2},
        verbose_name=_("kabupaten or kota"),
    )
    government = models.CharField(
        _("government"),
        max_length=120,
        blank=True,
        help_text=_("The first line: Pemerintah Kabupaten Pringsewu."),
    )
    agency = models.CharField(
        _("name of the agency"),
        max_length=150,
        blank=True,
        help_text=_("Empty: the name of this installation."),
    )
    address = models.CharField(_("address of the office"), max_length=300, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    city = models.CharField(
        _("place of the letter"),
        max_length=60,
        blank=True,
        help_text=_("Stands before the date: Pringsewu, 5 November 2026."),
    )
    logo = models.ForeignKey(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("coat of arms"),
    )
    head_name = models.CharField(_("name of the signer"), max_length=100, blank=True)
    head_title = models.CharField(_("position of the signer"), max_length=100, blank=True)
    head_nip = models.CharField(
        _("NIP of the signer"),
        max_length=18,
        blank=True,
        validators=[RegexValidator(r"^\d{18}$", _("A NIP has 18 digits."))],
    )
    paper = models.CharField(_("paper"), max_length=2, choices=Paper, default=Paper.A4)

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")
        default_permissions = ("view", "add", "change")
        ordering = ["area_id"]

    class Privacy:
        personal = {"head_name", "head_nip"}
        ordinary = {
            "id",
            "area",
            "government",
            "agency",
            "address",
            "phone",
            "email",
            "city",
            "logo",
            "head_title",
            "paper",
        }

    def __str__(self):
        return f"{self.agency or self.government or self.area}"


def check_pattern(pattern: str) -> None:
    """Only the running number, month and year stand in braces, the number at least once."""
    try:
        parts = [part for part in Formatter().parse(pattern) if part[1] is not None]
    except ValueError:
        parts = []
    whole = all(
        name in _PARTS and how is None and re.fullmatch(_PARTS[name], spec or "") is not None
        for _text, name, spec, how in parts
    )
    if not whole or _NUMBER.isdisjoint(name for _text, name, _spec, _how in parts):
        raise ValidationError(
            _("Write it as in {nomor:03d}/PKH-GRAD/{romawi}/{tahun}; also allowed is {bulan:02d}."),
            code="pattern",
        )


class NumberPattern(models.Model):
    """How the numbers of one kind of paper look; each comes from `issue_number`, once."""

    kind = models.SlugField(_("kind of paper"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    pattern = models.CharField(
        _("pattern of the number"),
        max_length=80,
        validators=[check_pattern],
        help_text=_("For example {nomor:03d}/PKH-GRAD/{romawi}/{tahun}: 007/PKH-GRAD/XI/2026."),
    )
    yearly = models.BooleanField(_("starts again every year"), default=True)

    class Meta:
        verbose_name = _("pattern of numbers")
        verbose_name_plural = _("patterns of numbers")
        default_permissions = ("view", "add", "change")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="numberpattern_holds_the_number",
                condition=Q(pattern__regex=r"\{(nomor|number)"),
            ),
            # Otherwise the first paper of next year bears the number of this year's first.
            models.CheckConstraint(
                name="numberpattern_yearly_says_the_year",
                condition=Q(yearly=False) | Q(pattern__regex=r"\{(tahun|year)\}"),
                violation_error_message=_(
                    "Numbers that start again every year must hold the year: {tahun}."
                ),
            ),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "kind", "name", "pattern", "yearly"}

    def __str__(self):
        return self.name

    def written(self, number: int, on) -> str:
        roman, month, year = ROMAN[on.month - 1], on.month, on.year
        return self.pattern.format(
            nomor=number,
            number=number,
            romawi=roman,
            roman=roman,
            bulan=month,
            month=month,
            tahun=year,
            year=year,
        )


class NumberCounter(models.Model):
    """The last number of a kind of paper in a year; year 0 where numbers never start again."""

    pattern = models.ForeignKey(NumberPattern, models.PROTECT, related_name="counters")
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["pattern", "year"], name="numbercounter_once_a_year"),
        ]

    class Privacy:
        personal = set()
        ordinary = {"id", "pattern", "year", "last"}

    def __str__(self):
        return f"{self.pattern} {self.year}: {self.last}"


class IssuedNumber(models.Model):
    """A paper was given a number on a day. Only added: it stays with that paper."""

    pattern = models.ForeignKey(NumberPattern, models.PROTECT, related_name="issued")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    text = models.CharField(_("as written"), max_length=120)
    # Which paper, in the words of the floor that draws it: "case:0a1b…", "village:18.10…".
    subject = models.CharField(_("given to the paper"), max_length=120)
    on = models.DateField(_("date of the paper"))
    issued_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    issued_at = models.DateTimeField(_("given at"))

    objects = IssuedNumberQuerySet.as_manager()

    class Meta:
        verbose_name = _("issued number")
        verbose_name_plural = _("issued numbers")
        default_permissions = ()
        ordering = ["-issued_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pattern", "year", "number"], name="issuednumber_never_twice"
            ),
            models.UniqueConstraint(
                fields=["pattern", "text"], name="issuednumber_text_never_twice"
            ),
            models.UniqueConstraint(fields=["pattern", "subject"], name="issuednumber_one_a_paper"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    class Privacy:
        personal = {"subject", "issued_by"}
        ordinary = {"id", "pattern", "year", "number", "text", "on", "issued_at"}

    def __str__(self):
        return self.text
