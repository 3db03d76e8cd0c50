from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.household import SIXTEEN_DIGITS, Household
from beneficiaries.models.querysets import MemberQuerySet


class Member(models.Model):
    """A person of a household (ART).

    The NIK is lifelong but not unique here: two people with one NIK are a question for an
    officer, not an error that stops an import. Unknown is NULL, never a zero or a guess.
    """

    class Sex(models.TextChoices):
        MALE = "L", _("Male")
        FEMALE = "P", _("Female")

    class Relationship(models.TextChoices):
        HEAD = "head", _("Head of family")
        SPOUSE = "spouse", _("Husband or wife")
        CHILD = "child", _("Child")
        CHILD_IN_LAW = "child_in_law", _("Son- or daughter-in-law")
        GRANDCHILD = "grandchild", _("Grandchild")
        PARENT = "parent", _("Parent")
        PARENT_IN_LAW = "parent_in_law", _("Parent-in-law")
        OTHER_RELATIVE = "other_relative", _("Other relative")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        DIED = "died", _("Died")
        MOVED = "moved", _("Moved away")
        DUPLICATE = "duplicate", _("Recorded twice")
        NOT_FOUND = "not_found", _("Not found")

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="members", verbose_name=_("household")
    )
    nik = models.CharField(_("NIK"), max_length=16, null=True, blank=True)  # noqa: DJ001 - unknown is not empty
    name = models.CharField(_("name"), max_length=150)
    birth_on = models.DateField(_("date of birth"), null=True, blank=True)
    birth_place = models.CharField(_("place of birth"), max_length=100, blank=True, db_default="")
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True, db_default="")
    mother_name = models.CharField(
        _("mother's maiden name"), max_length=150, blank=True, db_default=""
    )
    relationship = models.CharField(
        _("relationship"), max_length=15, choices=Relationship, blank=True, db_default=""
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE
    )
    # Values an officer decided: a ministry file does not write over them (loading reads this).
    kept_fields = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("values decided here"),
        default=list,
        db_default=[],
        blank=True,
    )
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)
    # What the spellings of a name share, kept by the database: computing it for every MUHAMAD of
    # a kabupaten while somebody waits would take longer than the whole answer may. When the rules
    # of core/sql/names.sql change, a migration has to write this column again.
    name_key = models.GeneratedField(
        verbose_name=_("name as it is searched"),
        expression=Func(F("name"), function="pkh_search_key", output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    loaded_from = models.BigIntegerField(_("first loaded from"), null=True, blank=True)
    loaded_row = models.IntegerField(_("row of that file"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        indexes = [
            models.Index(fields=["nik"], name="member_nik"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="member_name_trigrams"),
            GinIndex(OpClass("name_key", name="gin_trgm_ops"), name="member_name_key_trigrams"),
            # Who lives where, and whose data are incomplete, without reading 300,000 people.
            models.Index(
                fields=["id"],
                include=["household"],
                condition=Q(status="active"),
                name="member_active_family",
            ),
            models.Index(
                fields=["household"],
                condition=Q(status="active") & (Q(nik__isnull=True) | Q(birth_on__isnull=True)),
                name="member_incomplete",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="member_nik_is_16_digits",
                condition=Q(nik__isnull=True) | Q(nik__regex=SIXTEEN_DIGITS),
                violation_error_message=_("A NIK has 16 digits."),
            ),
        ]

    class Privacy:
        personal = {
            "household",
            "nik",
            "name",
            "name_key",
            "birth_on",
            "birth_place",
            "sex",
            "mother_name",
            "relationship",
        }
        ordinary = {
            "id",
            "status",
            "kept_fields",
            "version",
            "loaded_from",
            "loaded_row",
        }

    def __str__(self):
        return self.name
