from django.db import models
from django.db.models import Q


def below(path: str, codes) -> Q:
    """Rows whose area `path` is one of the codes or lies beneath one; nothing when there is none.

    The dotted code is its own path, so a prefix is enough: 18.10 holds 18.10.01.2001.
    """
    condition = Q(pk__in=[])
    for code in codes:
        condition |= Q(**{path: code}) | Q(**{f"{path}__startswith": f"{code}."})
    return condition


class AreaQuerySet(models.QuerySet):
    def within(self, *codes):
        return self.filter(below("code", codes))

    def villages(self):
        return self.filter(level=self.model.Level.DESA)

    def subdistricts(self):
        return self.filter(level=self.model.Level.KECAMATAN)

    def valid_on(self, day):
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )
