from django.urls import path

from dashboard import views

app_name = "dashboard"

urlpatterns = [
    path("", views.home, name="home"),
    path("kpm/", views.households, name="households"),
    path("kpm/cari/", views.find, name="find"),
    path("kpm/<int:pk>/", views.household, name="household"),
]
