from django.urls import path

from facilitators import views

app_name = "facilitators"

urlpatterns = [
    path("pendamping/", views.caseloads, name="caseloads"),
    path("pendamping/<int:pk>/", views.facilitator, name="facilitator"),
]
