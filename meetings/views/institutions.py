"""Who comes to the table: institutions and their people."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from areas.models import Area
from meetings.forms.planning import InstitutionForm, RepresentativeForm
from meetings.models import Institution, Representative
from meetings.models.querysets import VIEW_MEETING
from meetings.queries import meetings as queries
from meetings.views.guards import staff

ADD = "meetings.add_institution"
# Master data in admin/ is another door: whoever keeps accounts has no business at the table.
_adds = permission_required([VIEW_MEETING, ADD], raise_exception=True)


@staff
def institutions(request):
    people = Representative.objects.active().order_by("name")
    found = (
        Institution.objects.visible_to(request.user)
        .active()
        .select_related("area")
        .prefetch_related(Prefetch("representatives", people, to_attr="people"))
        .order_by("kind", "name", "pk")
    )
    return render(
        request,
        "meetings/institutions.html",
        {"institutions": found[:500], "may_add": request.user.has_perm(ADD)},
    )


@_adds
def add_institution(request):
    areas = queries.areas_of(request.user, ADD)
    form = InstitutionForm(request.POST or None, areas=areas)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        area = get_object_or_404(Area, pk=said.pop("area"))
        try:
            with transaction.atomic():
                made = Institution.objects.create(**said, area=area)
                audit.record("institution.added", target=made, by=request.user, at=timezone.now())
        except IntegrityError:
            form.add_error("name", _("This institution is in the list already."))
        else:
            messages.success(request, _("Saved."))
            return redirect("meetings:institutions")
    return _form(request, form, _("Add an institution"))


@_adds
def add_person(request, pk):
    owner = get_object_or_404(Institution.objects.visible_to(request.user).active(), pk=pk)
    form = RepresentativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            made = Representative.objects.create(institution=owner, **form.cleaned_data)
            audit.record("representative.added", target=made, by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("meetings:institutions")
    return _form(request, form, _("Add a person of %(institution)s") % {"institution": owner})


def _form(request, form, title):
    back = reverse("meetings:institutions")
    return render(
        request,
        "meetings/form.html",
        {
            "form": form,
            "title": title,
            "back": back,
            "breadcrumb": [(_("Institutions"), back)],
        },
        status=422 if request.method == "POST" else 200,
    )
