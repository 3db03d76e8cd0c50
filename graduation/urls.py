from django.urls import path

from graduation.views import assessments

app_name = "graduation"

CASES: list = []
REPORT: list = []
PAPERS: list = []
FORECAST: list = [
    path("usulan/<uuid:pk>/nilai/", assessments.assess, name="assess"),
    path("penilaian/<uuid:pk>/", assessments.assessment, name="assessment"),
]

urlpatterns = [*CASES, *REPORT, *PAPERS, *FORECAST]
