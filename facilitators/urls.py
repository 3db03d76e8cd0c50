from django.urls import path

from facilitators import views

app_name = "facilitators"

urlpatterns = [
    path("pendamping/", views.caseloads, name="caseloads"),
    path("pendamping/baru/", views.add, name="add"),
    path("pendamping/rencana/", views.planner, name="planner"),
    path("pendamping/<int:pk>/", views.facilitator, name="facilitator"),
    path("pendamping/<int:pk>/ubah/", views.change, name="change"),
    path("pendamping/<int:pk>/tempatkan/", views.post, name="post"),
    path("pendamping/<int:pk>/berhenti/", views.end, name="end"),
]
