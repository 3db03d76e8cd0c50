from django.urls import path

from documents import views

app_name = "documents"

urlpatterns = [
    path("dokumen/<uuid:pk>/", views.document, name="document"),
    path("dokumen/<uuid:pk>/kecil/", views.thumbnail, name="thumbnail"),
]
