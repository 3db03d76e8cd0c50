from django.contrib import admin
from django.urls import include, path

from pkh import health

urlpatterns = [
    path("", include("dashboard.urls")),
    path("", include("jobs.urls")),
    path("", include("dtks.urls")),
    path("graduasi/", include("graduation.urls")),
    path("", include("meetings.urls")),
    path("", include("facilitators.urls")),
    path("", include("beneficiaries.urls")),
    path("", include("documents.urls")),
    path("akun/", include("accounts.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/", include(("pkh.api", "api"))),
    path("admin/", admin.site.urls),
]

handler400 = "pkh.errors.bad_request"
handler403 = "pkh.errors.permission_denied"
handler404 = "pkh.errors.not_found"
handler500 = "pkh.errors.server_error"
