from django.urls import path

from dtks.views import questions, snapshots

app_name = "dtks"

urlpatterns = [
    path("berkas/", snapshots.listing, name="snapshots"),
    path("berkas/<int:pk>/", snapshots.detail, name="snapshot"),
    path("antrean/", questions.question_queue, name="queue"),
    path("antrean/<int:snapshot_pk>/<int:pk>/", questions.difference, name="difference"),
    path("antrean/<int:snapshot_pk>/<int:pk>/putuskan/", questions.decide, name="decide"),
    path("keputusan/<int:pk>/batalkan/", questions.undo, name="undo"),
]
