from django.urls import path

from facilitators.views import caseloads, commitments, learning, phone, visits

app_name = "facilitators"

urlpatterns = [
    path("pendamping/", caseloads.caseloads, name="caseloads"),
    path("pendamping/baru/", caseloads.add, name="add"),
    path("pendamping/rencana/", caseloads.planner, name="planner"),
    path("pendamping/<int:pk>/", caseloads.facilitator, name="facilitator"),
    path("pendamping/<int:pk>/ubah/", caseloads.change, name="change"),
    path("pendamping/<int:pk>/tempatkan/", caseloads.post, name="post"),
    path("pendamping/<int:pk>/berhenti/", caseloads.end, name="end"),
    path("p2k2/", learning.groups, name="learning_groups"),
    path("p2k2/<int:pk>/", learning.group, name="learning_group"),
    path("p2k2/<int:pk>/catat/", learning.record_session, name="record_session"),
    path("p2k2/<int:pk>/laporan/", learning.report, name="learning_report"),
    path("p2k2/sesi/<uuid:pk>/", learning.session, name="learning_session"),
    path("p2k2/sesi/<uuid:pk>/bukti/", learning.add_evidence, name="add_evidence"),
    path("verkom/", commitments.overview, name="commitments"),
    path("verkom/daftar/", commitments.listing, name="commitment_list"),
    path("verkom/siapkan/", commitments.prepare, name="prepare_quarter"),
    path("verkom/tutup/", commitments.close, name="close_quarter"),
    path("verkom/sekolah/<int:pk>/", commitments.school_quarter, name="school_quarter"),
    path("verkom/<uuid:pk>/sekolah/", commitments.name_school, name="name_school"),
    path("verkom/<uuid:pk>/alasan/", commitments.accept, name="accept_reason"),
    path("verkom/<uuid:pk>/koreksi/", commitments.correct, name="correct_check"),
    path("kpm/<int:pk>/verkom/", commitments.family, name="family_checks"),
    path("kpm/<int:pk>/verkom/catat/", commitments.record, name="record_health"),
    path("kpm/<int:pk>/verkom/surat/", commitments.letter, name="commitment_letter"),
    path("kpm/<int:pk>/kunjungan/", visits.record, name="record_visit"),
    path("kunjungan/terlambat/", visits.overdue, name="overdue"),
    path("kunjungan/<uuid:pk>/", visits.visit, name="visit"),
    path("lapangan/", phone.shell, name="phone"),
    path("lapangan/pekerja.js", phone.worker, name="phone_worker"),
    path("lapangan/manifest.webmanifest", phone.manifest, name="phone_manifest"),
    path("lapangan/siapa/", phone.who, name="phone_who"),
    path("lapangan/kunci/", phone.key, name="phone_key"),
    path("lapangan/keluarga/", phone.caseload, name="phone_caseload"),
    path("usulan/", visits.proposals, name="proposals"),
    path("usulan/<int:pk>/", visits.proposal, name="proposal"),
]
