from django.urls import path

from dtks import views

app_name = "dtks"

urlpatterns = [
    path("berkas/", views.snapshots, name="snapshots"),
    path("berkas/<int:pk>/", views.snapshot, name="snapshot"),
    path("antrean/", views.question_queue, name="queue"),
    path("antrean/<int:snapshot_pk>/<int:pk>/", views.difference, name="difference"),
]
