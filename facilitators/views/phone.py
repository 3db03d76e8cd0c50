"""The phone's page, and the four short answers it lives on.

The page itself is the same for everybody and holds no person, so it may lie on the phone while
nobody is signed in. What is about people asks who is asking, and is never kept by a browser.
"""

import base64
import hashlib
import json
import uuid
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from facilitators import phone, services
from facilitators.models import Facilitator
from facilitators.phone_words import choices, words
from facilitators.queries.phone import caseload as caseload_of


@login_not_required
@require_safe
def shell(request):
    """The page: its texts and its modules. Everything else comes later, and locked."""
    return render(request, "facilitators/phone.html", _shell())


@login_not_required
@require_safe
@never_cache
def worker(request):
    """The service worker, by its place the keeper of /lapangan/ and of nothing else.

    `?kirim=1` also sends what waits when the phone finds a signal with the page closed; that
    needs modules in workers, which not every browser has.
    """
    page = render(request, "facilitators/phone.html", _shell()).content
    known = {
        "version": hashlib.sha256(page + phone.files_version().encode()).hexdigest()[:16],
        "page": reverse("facilitators:phone"),
        "files": [*phone.shell_files(), reverse("facilitators:phone_manifest")],
    }
    lines = [f"self.shell = {json.dumps(known)};", phone.worker_source()]
    if request.GET.get("kirim") == "1":
        outbox = json.dumps(static("js/phone/outbox.js"))
        lines = [f"import {{ send }} from {outbox};", "self.sendOutbox = send;", *lines]
    return HttpResponse("\n".join(lines), content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
@never_cache
def manifest(request):
    sizes = {"icon-192.png": "192x192", "icon-512.png": "512x512", "icon.svg": "any"}
    return JsonResponse(
        {
            "name": _("PKH in the field"),
            "short_name": _("PKH field"),
            "lang": "id",
            "start_url": reverse("facilitators:phone"),
            "scope": reverse("facilitators:phone"),
            "display": "standalone",
            "background_color": "#f4f6f7",
            "theme_color": "#0f4c5c",
            "icons": [
                {"src": static(f"phone/{name}"), "sizes": size, "purpose": purpose}
                for name, size in sizes.items()
                for purpose in ("any", "maskable")
            ],
        },
        content_type="application/manifest+json",
    )


def _shell():
    texts = words()
    return {
        "texts": texts,
        "settings": {
            "words": texts,
            "choices": choices(),
            "worker": reverse("facilitators:phone_worker"),
            "page": reverse("facilitators:phone"),
            "icons": static("vendor/tabler/field-icons.svg"),
            "signIn": f"{reverse('account_login')}?next={reverse('facilitators:phone')}",
        },
    }


def _for_a_facilitator(view):
    """A program asks, so it is told in JSON and never sent to a sign-in page. No answer may lie
    in the browser's own cache: on the phone it is locked, or not there at all."""

    @login_not_required  # answered here, by 401
    @never_cache
    @wraps(view)
    def guarded(request):
        if not request.user.is_authenticated:
            return _refusal(401, "signed_out", _("Your sign-in has ended. Sign in again."))
        facilitator = Facilitator.objects.filter(user=request.user).first()
        if facilitator is None or not request.user.has_perm("facilitators.add_visit"):
            return _refusal(
                403, "not_a_facilitator", _("This page is for facilitators with an account.")
            )
        return view(request, facilitator)

    return guarded


def _refusal(status, code, message):
    return JsonResponse({"error": {"code": code, "message": message, "fields": {}}}, status=status)


@require_safe
@_for_a_facilitator
@ensure_csrf_cookie
def who(request, facilitator):
    """Whose session this is: asked before anything of a queue is sent under it."""
    return JsonResponse({"owner": services.owner_tags(request.user)[0]})


@require_POST
@_for_a_facilitator
def key(request, facilitator):
    """The key of this person on this phone; its name is made by the phone, once."""
    try:
        device = uuid.UUID(request.POST.get("device", ""))
    except ValueError:
        return _refusal(400, "invalid", _("Some values are not valid; see each field."))
    given = services.give_keys(device=device, by=request.user, at=timezone.now())
    owner, *earlier = services.owner_tags(request.user)
    return JsonResponse(
        {
            "owner": owner,
            "earlier_owners": earlier,
            "keep_days": settings.PKH_PHONE_KEEP_DAYS,
            "keys": [{"name": name, "key": base64.b64encode(raw).decode()} for name, raw in given],
        }
    )


@require_safe
@_for_a_facilitator
def caseload(request, facilitator):
    """The families of today. An unchanged caseload is not sent again, and not counted as read."""
    day = timezone.localdate()
    found = caseload_of(user=request.user, facilitator=facilitator, day=day)
    found |= {
        "owner": services.owner_tags(request.user)[0],
        "name": request.user.get_full_name() or request.user.get_username(),
        "keep_days": settings.PKH_PHONE_KEEP_DAYS,
    }
    body = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    etag = hashlib.sha256(body.encode()).hexdigest()[:32]
    # The middleware that compresses makes a tag weak; to the phone it stays the same one.
    if request.headers.get("If-None-Match", "").removeprefix("W/").strip('"') == etag:
        answer = HttpResponse(status=304)
    else:
        audit.record(
            "phone.caseload_taken",
            target=facilitator,
            by=request.user,
            at=timezone.now(),
            families=len(found["families"]),
        )
        answer = HttpResponse(body, content_type="application/json")
    answer["ETag"] = f'"{etag}"'
    return answer
