"""Too many wrong passwords: one account from one address waits, nobody else does."""

import hashlib
import re

from django.conf import settings
from django.shortcuts import render

_LOOKS_LIKE_A_NIK = re.compile(r"\d{12,}")


def client_ip(request) -> str:
    """The asker's address; behind proxies of our own, what the outermost of them saw.

    Anybody can send X-Forwarded-For, so only the entries our proxies added are believed.
    """
    proxies = settings.PKH_TRUSTED_PROXIES
    if proxies:
        seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(seen) >= proxies and seen[-proxies]:
            return seen[-proxies]
    return request.META.get("REMOTE_ADDR", "")


def counted_username(request, credentials) -> str:
    """The name a failed sign-in is counted under; a NIK typed there is not kept."""
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    typed = " ".join(str(typed).replace("\0", "").split())[:150].lower()
    if _LOOKS_LIKE_A_NIK.search(typed):
        return "number:" + hashlib.sha256(typed.encode()).hexdigest()[:32]
    return typed


def locked_out(request, response, credentials):
    """429 with the seconds to wait; the same answer for accounts that exist and that do not."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    answer = render(request, "account/lockout.html", {"minutes": seconds // 60}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
