"""Pages of meetings. A section each, so that one can be read without the others."""

from django.urls import URLPattern, path

from meetings.views import (
    door,
    follow_ups,
    institutions,
    minutes,
    papers,
    planning,
    reminders,
    results,
)

app_name = "meetings"

PLANNING: list[URLPattern] = [
    path("rapat/", planning.meetings, name="meetings"),
    path("rapat/rencana/", planning.plan, name="plan"),
    path("rapat/<uuid:pk>/", planning.meeting, name="meeting"),
    path("rapat/<uuid:pk>/ubah/", planning.change, name="change"),
    path("rapat/<uuid:pk>/langkah/<slug:name>/", planning.step, name="step"),
    path("rapat/<uuid:pk>/batal/", planning.cancel, name="cancel"),
    path("rapat/<uuid:pk>/acara/", planning.agenda, name="agenda"),
    path("rapat/<uuid:pk>/acara/ambil/", planning.take_proposal, name="take_proposal"),
    path("rapat/acara/<int:pk>/", planning.change_item, name="change_item"),
    path("rapat/acara/<int:pk>/pindah/", planning.move_item, name="move_item"),
    path("rapat/acara/<int:pk>/hapus/", planning.remove_item, name="remove_item"),
    path("rapat/<uuid:pk>/undangan/", planning.invitations, name="invitations"),
    path("rapat/<uuid:pk>/undangan/pilih/", planning.invite_people, name="invite_people"),
    path(
        "rapat/undangan/<uuid:pk>/tarik/",
        planning.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("instansi/", institutions.institutions, name="institutions"),
    path("instansi/tambah/", institutions.add_institution, name="add_institution"),
    path("instansi/<int:pk>/orang/", institutions.add_person, name="add_person"),
]
MINUTES: list[URLPattern] = [
    path("rapat/<uuid:pk>/notulen/", minutes.minutes, name="minutes"),
    path("rapat/<uuid:pk>/notulen/<int:number>/", minutes.minutes_version, name="minutes_version"),
    path("rapat/<uuid:pk>/notulen/masalah/", minutes.add_issue, name="add_issue"),
    path("rapat/<uuid:pk>/notulen/terbitkan/", minutes.publish, name="publish"),
    path("rapat/<uuid:pk>/notulen/buka/", minutes.open_revision, name="open_revision"),
    path("rapat/<uuid:pk>/notulen/urung/", minutes.give_up_revision, name="give_up_revision"),
    path("rapat/masalah/<int:pk>/", minutes.change_issue, name="change_issue"),
    path("rapat/masalah/<int:pk>/hapus/", minutes.remove_issue, name="remove_issue"),
    path("rapat/masalah/<int:pk>/keputusan/", minutes.add_decision, name="add_decision"),
    path("rapat/keputusan/<int:pk>/", minutes.change_decision, name="change_decision"),
    path("rapat/keputusan/<int:pk>/hapus/", minutes.remove_decision, name="remove_decision"),
    path("rapat/keputusan/<int:pk>/tindak-lanjut/", minutes.add_follow_up, name="add_follow_up"),
    path("rapat/tindak-lanjut/<uuid:pk>/ubah/", minutes.change_follow_up, name="change_follow_up"),
    path("rapat/tindak-lanjut/<uuid:pk>/hapus/", minutes.remove_follow_up, name="remove_follow_up"),
]
DOOR: list[URLPattern] = [
    path("rapat/<uuid:pk>/aula/", door.wall, name="hall"),
    path("rapat/<uuid:pk>/kehadiran/", door.attendance, name="attendance"),
    path("rapat/undangan/<uuid:pk>/hadir/", door.tick, name="tick"),
    path("rapat/undangan/<uuid:pk>/diwakili/", door.stand_in, name="stand_in"),
    path("rapat/kehadiran/<uuid:pk>/ubah/", door.change_attendance, name="change_attendance"),
    path("rapat/kehadiran/<uuid:pk>/tarik/", door.withdraw_attendance, name="withdraw_attendance"),
    path("hadir/", door.check_in, name="check_in"),
    path("hadir/saya/", door.check_in_confirm, name="check_in_confirm"),
    path("hadir/tamu/", door.check_in_guest, name="check_in_guest"),
    path("hadir/tercatat/", door.check_in_done, name="check_in_done"),
]
PAPERS: list[URLPattern] = [
    path("rapat/<uuid:pk>/surat/", papers.papers, name="papers"),
    path("rapat/<uuid:pk>/surat/undangan/", papers.invitation_letters, name="invitation_letters"),
    path("rapat/undangan/<uuid:pk>/surat/", papers.invitation_letter, name="invitation_letter"),
    path("rapat/<uuid:pk>/surat/daftar-hadir/", papers.attendance_list, name="attendance_list"),
    path("rapat/<uuid:pk>/surat/notulen/", papers.minutes_paper, name="minutes_paper"),
    path(
        "rapat/<uuid:pk>/surat/instruksi/<int:institution>/",
        papers.instruction_letter,
        name="instruction_letter",
    ),
    path("rapat/<uuid:pk>/kalender.ics", papers.calendar, name="calendar"),
]
FOLLOW_UPS: list[URLPattern] = [
    path("tindak-lanjut/", follow_ups.follow_ups, name="follow_ups"),
    path("tindak-lanjut/<uuid:pk>/", follow_ups.follow_up, name="follow_up"),
    *(
        path(f"tindak-lanjut/<uuid:pk>/{word}/", follow_ups.step(step), name=f"{step}_follow_up")
        for step, word in (
            ("progress", "catat"),
            ("evidence", "bukti"),
            ("close", "selesai"),
            ("postpone", "tunda"),
            ("drop", "batalkan"),
            ("reopen", "buka"),
        )
    ),
    path("rapat/hasil/", results.results, name="results"),
    path("rapat/pengingat/", reminders.reminders, name="reminders"),
    path("rapat/pengingat/dibaca/", reminders.read, name="read_reminders"),
]

urlpatterns = PLANNING + MINUTES + DOOR + PAPERS + FOLLOW_UPS
