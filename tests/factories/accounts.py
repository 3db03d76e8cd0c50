import datetime as dt

import factory

from accounts.models import Assignment, User
from accounts.roles import Role
from tests.factories.areas import AreaFactory

PASSWORD = "gunung-merbabu-3145"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"pegawai{n}")
    full_name = factory.LazyAttribute(lambda user: user.username.title())
    password = factory.django.Password(PASSWORD)


class AssignmentFactory(factory.django.DjangoModelFactory):
    """Held since 2020 and still: a test that wants another day passes it."""

    class Meta:
        model = Assignment

    user = factory.SubFactory(UserFactory)
    role = Role.FACILITATOR
    area = factory.SubFactory(AreaFactory)
    starts_on = dt.date(2020, 1, 1)


def person(username, role, *codes, **fields):
    """A user who holds one role in the areas of the codes."""
    user = UserFactory(username=username, **fields)
    for code in codes:
        AssignmentFactory(user=user, role=role, area=AreaFactory(code=code))
    return user
