from django.urls import path

from dashboard import figure_views, map_views, report_views, views

app_name = "dashboard"

urlpatterns = [
    path("", views.home, name="home"),
    path("ringkasan/", views.overview, name="overview"),
    path("hari-pertama/", views.put_first_day_away, name="first_day"),
    path("cari/", views.search, name="search"),
    path("panduan/", views.guide, name="guide"),
    path("panduan/gambar/<slug:name>.png", views.guide_picture, name="guide_picture"),
    path("panduan/<slug:name>/", views.guide, name="guide_page"),
    path("angka/<slug:key>/", figure_views.figure, name="figure"),
    path("angka/<slug:key>/cetak/", figure_views.printed, name="figure_print"),
    path("angka/<slug:key>/ekspor/", figure_views.export, name="figure_export"),
    path("kpm/", views.households, name="households"),
    path("kpm/<int:pk>/", views.household, name="household"),
    path("laporan/", report_views.reports, name="reports"),
    path("laporan/<uuid:pk>/unduh/", report_views.download, name="download_report"),
    path("peta/", map_views.territory, name="map"),
    path("peta/<str:code>/", map_views.kecamatan, name="map_kecamatan"),
]
