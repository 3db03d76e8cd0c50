"""Three doors somebody left open, hung into the URLconf only to see whether the walk finds them."""

import contextlib
import io
import types

from django.contrib import admin
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from openpyxl import Workbook

from beneficiaries.models import Household, Member
from pkh import urls
from tests.access.policies import FILE_READERS, READERS, household
from tests.access.walk import Policy
from tests.access.world import ADMIN_SITE


def rogue_detail(request, pk):
    """Asks who may see families, and forgets which."""
    if not request.user.has_perm("beneficiaries.view_household"):
        return HttpResponse(status=403)
    found = Household.objects.filter(pk=pk).first()
    if found is None:
        return HttpResponse(status=404)
    return HttpResponse(found.address)


def rogue_export(request):
    """A workbook of everybody, for everybody who may open files."""
    if not request.user.has_perm("dtks.view_snapshot"):
        return HttpResponse(status=403)
    book, body = Workbook(), io.BytesIO()
    for name in Member.objects.values_list("name", flat=True):
        book.active.append([name])
    book.save(body)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(body.getvalue(), content_type=kind)


class RogueAdmin(admin.ModelAdmin):
    """Django's own defaults: every row, to whoever may open admin/ at all."""

    list_display = ["name"]

    def has_module_permission(self, request):
        return True

    def has_view_permission(self, request, obj=None):
        return True


@contextlib.contextmanager
def let_in():
    """The office's URLconf with the three of them in it."""
    admin.site.register(Member, RogueAdmin)
    urlconf = types.ModuleType("rogue_urls")
    urlconf.urlpatterns = [
        path("rogue/<int:pk>/", rogue_detail, name="rogue_detail"),
        path("rogue/export/", rogue_export, name="rogue_export"),
        path("admin/", admin.site.urls),
        *(entry for entry in urls.urlpatterns if str(entry.pattern) != "admin/"),
    ]
    for name in ("handler400", "handler403", "handler404", "handler500"):
        setattr(urlconf, name, getattr(urls, name))
    try:
        with override_settings(ROOT_URLCONF=urlconf):
            yield
    finally:
        admin.site.unregister(Member)


# What the programmers of these would have said they do.
CLAIMS = {
    "rogue_detail": Policy(opens=READERS, fill=household),
    "rogue_export": Policy(opens=FILE_READERS),
    "admin:beneficiaries_member_changelist": Policy(opens=frozenset(ADMIN_SITE)),
}
