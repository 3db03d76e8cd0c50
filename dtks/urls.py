from django.urls import path

from dtks import views

app_name = "dtks"

urlpatterns = [
    path("berkas/", views.snapshots, name="snapshots"),
    path("berkas/<int:pk>/", views.snapshot, name="snapshot"),
]
