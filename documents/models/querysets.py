from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Cast

from documents import owners


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those whose owner's floor lets the user see them; nothing of a kind nobody registered.

        One EXISTS a kind, each a look-up by the owner's key. The CASE keeps the key of another
        kind of owner, which may be no number at all, away from the cast.
        """
        mine, keys = Q(pk__in=[]), {}
        for number, (label, kind) in enumerate(sorted(owners.kinds().items())):
            key = kind.model._meta.pk
            name = f"_owner_{number}"
            keys[name] = Case(
                When(owner_type=label, then=Cast("owner_id", key.__class__())),
                output_field=key.__class__(),
            )
            mine |= Q(Exists(kind.visible(user).filter(pk=OuterRef(name)).order_by()))
        return self.alias(**keys).filter(mine)

    def of(self, owner):
        return self.filter(owner_type=owner._meta.label_lower, owner_id=str(owner.pk))

    def for_listing(self):
        return self.select_related("uploaded_by").order_by("-received_at", "pk")


class IssuedNumberQuerySet(models.QuerySet):
    """Whoever may see a paper sees its number there; the list of numbers is one's own."""

    def visible_to(self, user):
        return self.filter(issued_by=user)
