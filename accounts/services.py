"""Every change of accounts, roles and tokens. Each one leaves its line in the audit trail."""

import datetime as dt
import re

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import ApiToken, Assignment, User
from accounts.roles import ADMIN_SITE_ROLES, ROLE_LEVELS, Role, incompatible
from accounts.scopes import Scope
from core.errors import Refused

_LOOKS_LIKE_A_NIK = re.compile(r"\d{12,}")


@transaction.atomic
def create_account(
    *, username: str, full_name: str, password: str, email: str = "", by: User | None, at
) -> User:
    """Open an account that may do nothing until a role is assigned. `by` is None at installation.

    A user name is not a NIK: it stands in logs and lists that people without any right to
    numbers can read.
    """
    username = User.normalize_username(username.strip())
    if _LOOKS_LIKE_A_NIK.fullmatch(username):
        raise Refused("username_is_a_nik", _("A user name must not be a NIK."))
    user = User(username=username, full_name=full_name.strip(), email=email.strip())
    try:
        user.clean_fields(exclude=["password"])
        user.validate_unique()
        validate_password(password, user)
    except ValidationError as problem:
        raise Refused("account_invalid", " ".join(problem.messages)) from problem
    user.set_password(password)
    user.save()
    audit.record("account.created", target=user, by=by, at=at)
    return user


@transaction.atomic
def set_password(*, user: User, password: str, by: User | None, at) -> None:
    """Give someone a new password; sessions opened with the old one end at their next request."""
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Refused("password_weak", " ".join(problem.messages)) from problem
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record("account.password_set", target=user, by=by, at=at)


@transaction.atomic
def close_account(*, user: User, by: User | None, at) -> None:
    """Nothing of this account works from the next request on: sign-in, sessions, tokens."""
    user = _locked(user)
    if by is not None and user.pk == by.pk:
        raise Refused("own_account", _("Nobody closes their own account."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    revoked, _rows = ApiToken.objects.filter(user=user).delete()
    audit.record("account.closed", target=user, by=by, at=at, tokens_revoked=revoked)


@transaction.atomic
def reopen_account(*, user: User, by: User | None, at) -> None:
    user = _locked(user)
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record("account.reopened", target=user, by=by, at=at)


@transaction.atomic
def assign_role(
    *,
    user: User,
    role: str,
    area,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    by: User | None,
    at,
) -> Assignment:
    """Give someone a role in an area, from a day and until the last day held.

    The account is locked first, so two assignments given at once cannot join duties that one
    person must not hold together.
    """
    user = _locked(user)
    if by is not None and user.pk == by.pk:
        raise Refused("own_role", _("Nobody gives a role to themselves."))
    if not user.is_active:
        raise Refused("account_closed", _("This account is closed. Reopen it first."))
    if role not in Role.values:
        raise Refused("unknown_role", _("There is no such role."))
    label = Role(role).label
    if area.level not in ROLE_LEVELS[role]:
        raise Refused(
            "wrong_level",
            _("The role %(role)s cannot be held at the level of %(level)s.")
            % {"role": label, "level": area.get_level_display()},
        )
    if ends_on is not None and ends_on < starts_on:
        raise Refused("wrong_dates", _("An assignment cannot end before it starts."))
    overlapping = Assignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on), user=user
    )
    if ends_on is not None:
        overlapping = overlapping.filter(starts_on__lte=ends_on)
    for held in overlapping:
        if held.role == role and held.area_id == area.pk:
            raise Refused("already_assigned", _("This role is already held there in that time."))
        if incompatible(held.role, role):
            raise Refused(
                "incompatible_roles",
                _("One person cannot be %(one)s and %(other)s at the same time.")
                % {"one": held.get_role_display(), "other": label},
            )
    assignment = Assignment.objects.create(
        user=user, role=role, area=area, starts_on=starts_on, ends_on=ends_on, given_by=by
    )
    _set_staff(user)
    audit.record(
        "assignment.given",
        target=assignment,
        by=by,
        at=at,
        user=user.pk,
        role=role,
        area=area.pk,
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat() if ends_on else None,
    )
    return assignment


@transaction.atomic
def end_assignment(*, assignment: Assignment, ends_on: dt.date, by: User | None, at) -> None:
    """`ends_on` is the last day held; yesterday ends it at once, from the next request on.

    An assignment that ends before it began was a mistake and is taken back: the row goes, the
    audit trail keeps what it said.
    """
    assignment = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    user = _locked(assignment.user)
    facts = {"user": user.pk, "role": assignment.role, "area": assignment.area_id}
    if ends_on < assignment.starts_on:
        audit.record(
            "assignment.taken_back",
            target=assignment,
            by=by,
            at=at,
            starts_on=assignment.starts_on.isoformat(),
            **facts,
        )
        assignment.delete()
    else:
        if assignment.ends_on is not None and assignment.ends_on < ends_on:
            raise Refused(
                "already_ended",
                _("This assignment ends earlier already. Give a new one to go on."),
            )
        assignment.ends_on = ends_on
        assignment.save(update_fields=["ends_on"])
        audit.record(
            "assignment.ended",
            target=assignment,
            by=by,
            at=at,
            ends_on=ends_on.isoformat(),
            **facts,
        )
    _set_staff(user)


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _set_staff(user: User) -> None:
    """Django's door flag of admin/; the site asks today's roles as well."""
    is_staff = Assignment.objects.filter(user=user, role__in=ADMIN_SITE_ROLES).exists()
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])


@transaction.atomic
def issue_token(
    *, user: User, days: int, scopes=(), by: User | None, at: dt.datetime
) -> tuple[ApiToken, str]:
    """A token for another system, and the string to send, which is shown only once.

    Without scopes it reads and nothing else; it never does what its owner may not do.
    """
    longest = settings.PKH_TOKEN_MAX_DAYS
    if not 1 <= days <= longest:
        raise Refused(
            "token_days",
            _("A token lasts from 1 to %(days)d days.") % {"days": longest},
        )
    scopes = sorted(set(scopes) or {Scope.READ.value})
    unknown = [scope for scope in scopes if scope not in Scope.values]
    if unknown:
        raise Refused(
            "unknown_scope",
            _("There is no scope %(unknown)s. Known scopes: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(Scope.values)},
        )
    user = _locked(user)
    if not user.is_active:
        raise Refused("account_closed", _("This account is closed. Reopen it first."))
    token, secret = ApiToken.objects.create(
        user=user, expiry=dt.timedelta(days=days), scopes=scopes
    )
    audit.record(
        "token.issued",
        target=user,
        by=by,
        at=at,
        token_key=token.token_key,
        scopes=scopes,
        expires_at=token.expiry.isoformat(),
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None, at) -> None:
    """The next request with this token is refused."""
    audit.record("token.revoked", target=token.user, by=by, at=at, token_key=token.token_key)
    token.delete()
