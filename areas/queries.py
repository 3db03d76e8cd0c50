"""Areas as choices of a form."""

from areas.models import Area, AreaShape


def kecamatan_and_villages(codes):
    """[(kecamatan, [village, …]), …] at or beneath the codes, in the order of their codes.

    Somebody who holds one village still sees the name of its kecamatan. One statement.
    """
    found = {}
    inside = Area.objects.within(*codes).filter(level__gte=Area.Level.KECAMATAN)
    for area in inside.select_related("parent").order_by("code"):
        if area.level == Area.Level.KECAMATAN:
            found.setdefault(area.code, (area, []))
        elif area.parent is not None:
            found.setdefault(area.parent_id, (area.parent, []))[1].append(area)
    return list(found.values())


def shapes_of(codes):
    """{code: outline} of those of the areas that have one; one statement."""
    return AreaShape.objects.in_bulk(list(codes))
