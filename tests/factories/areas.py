import factory

from areas.models import Area


class AreaFactory(factory.django.DjangoModelFactory):
    """An area by its code; what it lies in is made as well. Province 99 does not exist."""

    class Meta:
        model = Area
        django_get_or_create = ["code"]

    code = "99.01.01.2001"
    name = factory.LazyAttribute(lambda area: f"Wilayah {area.code}")
    level = factory.LazyAttribute(lambda area: area.code.count(".") + 1)
    code_system = Area.CodeSystem.LOCAL
    parent = factory.LazyAttribute(
        lambda area: AreaFactory(code=area.code.rpartition(".")[0]) if "." in area.code else None
    )
