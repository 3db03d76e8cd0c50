"""Pages of meetings. A section each, so that one can be read without the others."""

from django.urls import URLPattern

app_name = "meetings"

PLANNING: list[URLPattern] = []
DOOR: list[URLPattern] = []
PAPERS: list[URLPattern] = []
FOLLOW_UPS: list[URLPattern] = []

urlpatterns = PLANNING + DOOR + PAPERS + FOLLOW_UPS
