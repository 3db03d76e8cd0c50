from django.urls import path

from jobs import views

app_name = "jobs"

urlpatterns = [
    path("pekerjaan/", views.job_list, name="list"),
    path("pekerjaan/<uuid:pk>/", views.detail, name="detail"),
    path("pekerjaan/<uuid:pk>/kemajuan/", views.progress, name="progress"),
    path("pekerjaan/<uuid:pk>/batal/", views.cancel, name="cancel"),
]
