from django.urls import path

from dtks.views import questions, snapshots, upload

app_name = "dtks"

urlpatterns = [
    path("berkas/", snapshots.listing, name="snapshots"),
    path("berkas/unggah/", upload.choose, name="upload"),
    path("berkas/unggah/periksa/", upload.look, name="inspect"),
    path("berkas/<int:pk>/", snapshots.detail, name="snapshot"),
    path("berkas/<int:pk>/baris/", snapshots.rows, name="rows"),
    path("berkas/<int:pk>/setujui/", snapshots.approve, name="approve"),
    path("berkas/<int:pk>/tolak/", snapshots.reject, name="reject"),
    path("berkas/<int:pk>/tarik/", snapshots.withdraw, name="withdraw"),
    path("berkas/<int:pk>/padankan/", snapshots.reconcile, name="reconcile"),
    path("berkas/<int:pk>/ekspor/", snapshots.export, name="export"),
    path("ekspor/<uuid:pk>/unduh/", snapshots.download, name="download"),
    path("antrean/", questions.question_queue, name="queue"),
    path("antrean/<int:snapshot_pk>/<int:pk>/", questions.difference, name="difference"),
    path("antrean/<int:snapshot_pk>/<int:pk>/putuskan/", questions.decide, name="decide"),
    path("keputusan/<int:pk>/batalkan/", questions.undo, name="undo"),
]
