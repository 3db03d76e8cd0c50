from django.urls import path

from beneficiaries import views

app_name = "beneficiaries"

urlpatterns = [
    path("kpm/<int:pk>/lihat-kk/", views.reveal_household, name="reveal_household"),
    path("kpm/<int:pk>/ubah/", views.change_household, name="change_household"),
    path("kpm/<int:pk>/ubah-kk/", views.change_card, name="change_card"),
    path("kpm/<int:pk>/ubah-pengurus/", views.change_caretaker, name="change_caretaker"),
    path(
        "kpm/<int:pk>/ubah-status/", views.change_household_status, name="change_household_status"
    ),
    path("kpm/anggota/<int:pk>/lihat-nik/", views.reveal_member, name="reveal_member"),
    path("kpm/anggota/<int:pk>/ubah/", views.change_member, name="change_member"),
    path(
        "kpm/anggota/<int:pk>/ubah-status/", views.change_member_status, name="change_member_status"
    ),
]
