from django.urls import path

from facilitators import views, views_learning, visit_views

app_name = "facilitators"

urlpatterns = [
    path("pendamping/", views.caseloads, name="caseloads"),
    path("pendamping/baru/", views.add, name="add"),
    path("pendamping/rencana/", views.planner, name="planner"),
    path("pendamping/<int:pk>/", views.facilitator, name="facilitator"),
    path("pendamping/<int:pk>/ubah/", views.change, name="change"),
    path("pendamping/<int:pk>/tempatkan/", views.post, name="post"),
    path("pendamping/<int:pk>/berhenti/", views.end, name="end"),
    path("p2k2/", views_learning.groups, name="learning_groups"),
    path("p2k2/<int:pk>/", views_learning.group, name="learning_group"),
    path("p2k2/<int:pk>/catat/", views_learning.record_session, name="record_session"),
    path("p2k2/<int:pk>/laporan/", views_learning.report, name="learning_report"),
    path("p2k2/sesi/<uuid:pk>/", views_learning.session, name="learning_session"),
    path("p2k2/sesi/<uuid:pk>/bukti/", views_learning.add_evidence, name="add_evidence"),
    path("kpm/<int:pk>/kunjungan/", visit_views.record, name="record_visit"),
    path("kunjungan/terlambat/", visit_views.overdue, name="overdue"),
    path("kunjungan/<uuid:pk>/", visit_views.visit, name="visit"),
    path("usulan/", visit_views.proposals, name="proposals"),
    path("usulan/<int:pk>/", visit_views.proposal, name="proposal"),
]
