from django.urls import path

from graduation.views import (
    after,
    assessments,
    candidates,
    cases,
    exits,
    export,
    papers,
    report,
    report_pdf,
    targets,
)

app_name = "graduation"

CASES: list = [
    path("", cases.board, name="board"),
    path("usulan/", cases.listing, name="cases"),
    path("usulan/unduh/", export.export, name="export_cases"),
    path("usulan/<uuid:pk>/", cases.case, name="case"),
    *(
        path(f"usulan/<uuid:pk>/{word}/", cases.step(step), name=f"{step}_case")
        for step, word in (
            ("propose", "usulkan"),
            ("visit", "kunjungan"),
            ("verify", "verifikasi"),
            ("approve", "setujui"),
            ("submit", "kirim"),
            ("confirm", "tetapkan"),
            ("reject", "tolak"),
            ("cancel", "batalkan"),
            ("reactivate", "aktifkan"),
        )
    ),
    path("usulan/<uuid:pk>/pernyataan/", cases.attach, name="attach_statement"),
    path("tanda/<int:pk>/", cases.settle, name="settle_flag"),
    path("usul/<int:pk>/", cases.propose, name="propose"),
    path("keluar/", exits.listing, name="exits"),
    path("keluar/<int:pk>/", exits.record, name="record_exit"),
    path("keluar/<uuid:pk>/perbaiki/", exits.move, name="move_exit"),
    path("keluar/<uuid:pk>/tarik/", exits.withdraw, name="withdraw_exit"),
]
REPORT: list = [
    path("laporan/", report.report, name="report"),
    path("laporan/pdf/", report_pdf.report_pdf, name="report_pdf"),
    path("laporan/xlsx/", report.report_xlsx, name="report_xlsx"),
    path("laporan/kunci/", report.lock_report, name="lock_report"),
    path("target/", targets.targets, name="targets"),
    path("target/tetapkan/", targets.set_target, name="set_target"),
    path("target/<int:pk>/ubah/", targets.change_target, name="change_target"),
    path("target/<int:pk>/bagi/", targets.split_target, name="split_target"),
]
PAPERS: list = [
    path("surat/", papers.papers, name="papers"),
    path("surat/pernyataan/<uuid:pk>/", papers.statement, name="statement"),
    path("surat/berita-acara/<uuid:pk>/", papers.minutes, name="minutes"),
    path(
        "surat/berita-acara/<str:desa>/<str:day>/", papers.village_minutes, name="village_minutes"
    ),
    path("surat/lampiran-sk/", papers.decree, name="decree"),
]
FORECAST: list = [
    path("usulan/<uuid:pk>/nilai/", assessments.assess, name="assess"),
    path("penilaian/<uuid:pk>/", assessments.assessment, name="assessment"),
    path("kandidat/", candidates.listing, name="candidates"),
    path("kandidat/<int:pk>/usulkan/", candidates.open_case, name="open_candidate"),
    path("setelah-keluar/", after.listing, name="after"),
    path("setelah-keluar/<uuid:pk>/", after.exit_page, name="after_exit"),
    path("setelah-keluar/<uuid:pk>/bantuan/", after.keep_support, name="keep_support"),
    path("setelah-keluar/<uuid:pk>/kembali/", after.reenter, name="reenter"),
    path("setelah-keluar/pantau/<int:pk>/", after.record_monitoring, name="record_monitoring"),
]

urlpatterns = [*CASES, *REPORT, *PAPERS, *FORECAST]
