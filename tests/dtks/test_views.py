"""Ministry files, the queue and the decision, as pages."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from beneficiaries.models import Member
from dtks.loading import preview_load
from dtks.models import Decision, Difference, Snapshot
from dtks.services import approve_snapshot, reconcile, withdraw_snapshot
from facilitators.models import VisitRequest
from facilitators.services import record_visit
from jobs.models import Job
from jobs.services import enqueue
from tests.dtks.staged import DTKS, NOW, card, family, nik, person, stage, village
from tests.factories.facilitators import FacilitatorFactory, entrust

pytestmark = pytest.mark.django_db

HERE, THERE = "99.01.01.2001", "99.01.02.2001"


def in_dtks(number, of, **more):
    row = person(number, of, **more)
    return {field: row.get(field, "") for field in DTKS}


@pytest.fixture
def asked(operator, operator2):
    """`asked(n)` makes n members of Sari's kecamatan whose NIK stands at other data in the file."""
    village()
    village("99.01.01.2002", "Sukajadi")
    village(THERE, "Karanganyar", "Gunung")

    def make(number=1, **more):
        people = [person(n, n) for n in range(1, number + 1)]
        people += [person(n + 100, n) for n in range(1, number + 1)]
        members = stage("members", people, by=operator)
        approve_snapshot(snapshot=members, by=operator2, at=NOW)
        other = {"name": "ORANG LAIN", "birth_date": "07/08/2013", "village": "Sukajadi"} | more
        rows = [in_dtks(n, n) for n in range(1, number + 1)]
        rows += [in_dtks(n + 100, n, **other) for n in range(1, number + 1)]
        registry = stage("dtks", rows, by=operator)
        reconcile(snapshot=registry, by=operator, at=NOW)
        return Difference.objects.filter(
            snapshot=registry, member__nik__in=[nik(n + 100) for n in range(1, number + 1)]
        ).order_by("village_id", "id")

    return make


def address(question, query=""):
    return reverse("dtks:difference", args=[question.snapshot_id, question.id]) + query


def decide(client, question, verdict, query="", **data):
    return client.post(
        reverse("dtks:decide", args=[question.snapshot_id, question.id]) + query,
        {"keputusan": verdict, "baris": str(question.row_number), **data},
    )


# --- the queue


@pytest.mark.parametrize("number", [1, 3])
def test_queue_asks_the_same_for_one_question_and_for_three(
    client, asked, sari, number, django_assert_num_queries
):
    asked(number)
    client.force_login(sari)
    client.get(reverse("dtks:queue"))

    with django_assert_num_queries(10):
        client.get(reverse("dtks:queue"))


@pytest.mark.parametrize("number", [1, 3])
def test_difference_asks_the_same_for_one_question_and_for_three(
    client, asked, sari, number, django_assert_num_queries
):
    question = asked(number).last()
    client.force_login(sari)
    client.get(address(question))

    with django_assert_num_queries(14):
        client.get(address(question))


def test_queue_shows_ones_own_territory_only(client, asked, sari, budi):
    question = asked().get()

    client.force_login(sari)
    hers = client.get(reverse("dtks:queue"))
    client.force_login(budi)
    his = client.get(reverse("dtks:queue"))

    assert hers.context["counts"]["total"] == 1
    assert question.member.name in hers.content.decode()
    assert his.context["counts"]["total"] == 0
    assert question.member.name not in his.content.decode()


def test_queue_counts_each_filter_with_the_others_applied(client, asked, sari):
    questions = asked(3)
    kind = questions.first().kind
    client.force_login(sari)

    page = client.get(reverse("dtks:queue"), {"kec": "99.01.01", "jenis": kind})

    counts = page.context["counts"]
    assert counts["total"] == 3
    assert [(code, number) for code, _, number in counts["kecamatan"]] == [("99.01.01", 3)]
    assert sum(number for *_, number in counts["village"]) == 3
    assert client.get(reverse("dtks:queue"), {"kec": "99.01.02"}).context["counts"]["total"] == 0


@pytest.mark.parametrize(
    "query", ["?kec=x&desa=y&peluang=z&jenis=q&hasil=w&berkas=0", "?setelah=abc", "?berkas=-1"]
)
def test_queue_ignores_what_is_no_filter(client, asked, sari, query):
    asked()
    client.force_login(sari)

    assert client.get(reverse("dtks:queue") + query).context["counts"]["total"] == 1


def test_queue_looks_up_people_only_the_file_knows(client, asked, ratna):
    question = asked().get()
    client.force_login(ratna)

    page = client.get(reverse("dtks:queue"), {"hasil": "new_in_source"})

    assert page.status_code == 200
    assert (
        question.snapshot.differences.filter(outcome="new_in_source").count()
        == (page.context["counts"]["total"])
    )


def test_queue_is_closed_to_who_may_not_see_questions(client, administrator):
    client.force_login(administrator)

    assert client.get(reverse("dtks:queue")).status_code == 403


# --- one question


def test_difference_masks_numbers_and_the_mothers_name(client, asked, sari):
    question = asked().get()
    client.force_login(sari)

    text = client.get(address(question)).content.decode()

    assert nik(101) not in text
    assert card(1) not in text
    assert "SUMIATI" not in text
    assert "S******" in text


def test_difference_of_another_kecamatan_is_missing(client, asked, budi):
    question = asked().get()
    client.force_login(budi)

    foreign = client.get(address(question))
    missing = client.get(reverse("dtks:difference", args=[question.snapshot_id, 987_654_321]))

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.content == missing.content


def test_difference_hides_a_row_of_another_territory(client, asked, sari):
    question = asked(village="Karanganyar", subdistrict="Gunung").get()
    client.force_login(sari)

    answer = client.get(address(question))

    assert answer.context["shown"].hidden is True
    assert "ORANG LAIN" not in answer.content.decode()
    assert "di luar wilayah Anda" in answer.content.decode()


def test_the_explanation_adds_up_to_the_stored_score(client, asked, sari):
    question = asked().get()
    client.force_login(sari)

    why = client.get(address(question)).context["why"]

    assert round(sum(bar.bits for bar in why.bars) * 100) == question.score
    assert [bar.said for bar in why.bars] != []


def test_decide_goes_on_to_the_next_question_and_offers_to_undo(client, asked, sari):
    first, second = asked(2)
    client.force_login(sari)

    answer = decide(client, first, "same", "?hasil=&kec=99.01.01", catatan="KK dilihat")

    decision = Decision.objects.get()
    assert (decision.verdict, decision.by, decision.note) == ("same", sari, "KK dilihat")
    assert answer.url == f"{address(second)}?hasil=&kec=99.01.01&terakhir={decision.pk}"
    assert reverse("dtks:undo", args=[decision.pk]) in client.get(answer.url).content.decode()


def test_decide_the_last_question_goes_back_to_the_queue(client, asked, sari):
    question = asked().get()
    client.force_login(sari)

    answer = decide(client, question, "not_same")

    assert answer.url.startswith(reverse("dtks:queue"))
    assert client.get(answer.url).context["counts"]["total"] == 0


def test_decide_takes_the_ticked_values(client, asked, operator):
    question = asked().get()
    client.force_login(operator)

    decide(client, question, "take_fields", nilai=["name", "birth_on"])

    member = Member.objects.get(pk=question.member_id)
    assert (member.name, str(member.birth_on)) == ("ORANG LAIN", "2013-08-07")


def test_taking_nothing_is_said_beside_the_button(client, asked, operator):
    question = asked().get()
    client.force_login(operator)

    text = client.get(address(question)).content.decode()

    assert (
        '<p class="nothing-ticked" role="alert"'
        ' data-nothing-ticked="Pilih paling sedikit satu nilai yang diambil."></p>'
    ) in text


def test_decide_shows_the_refusal_and_keeps_the_note(client, asked, sari):
    question = asked().get()
    client.force_login(sari)

    answer = decide(client, question, "take_fields", catatan="tunggu dulu")

    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    assert 'value="tunggu dulu"' in answer.content.decode()
    assert Decision.objects.count() == 0


@pytest.mark.parametrize("row", ["abc", "-1", "1" * 10])
def test_decide_takes_no_other_row_than_the_one_that_was_named(client, asked, sari, row):
    question = asked().get()
    client.force_login(sari)

    answer = decide(client, question, "same", baris=row)

    assert answer.status_code == 409
    assert "Ini bukan nomor baris berkas." in answer.content.decode()
    assert Decision.objects.count() == 0


def test_decide_says_who_was_first(client, asked, sari, operator):
    question = asked().get()
    client.force_login(operator)
    decide(client, question, "same")
    client.force_login(sari)

    answer = decide(client, question, "not_same")

    assert answer.status_code == 409
    assert str(operator) in answer.content.decode()
    assert Decision.objects.get().verdict == "same"


def test_undo_opens_the_question_again(client, asked, sari):
    question = asked().get()
    client.force_login(sari)
    decide(client, question, "not_same")
    decision = Decision.objects.get()

    answer = client.post(reverse("dtks:undo", args=[decision.pk]) + "?kec=99.01.01")

    decision.refresh_from_db()
    assert decision.withdrawn_by == sari
    assert answer.url == f"{address(question)}?kec=99.01.01"


@pytest.mark.parametrize(("who", "status"), [("budi", 404), ("wayan", 403)])
def test_deciding_needs_the_role_and_the_territory(client, asked, request, who, status):
    question = asked().get()
    client.force_login(request.getfixturevalue(who))

    assert decide(client, question, "same").status_code == status
    assert Decision.objects.count() == 0


def test_who_only_reads_sees_no_buttons(client, asked, wayan):
    question = asked().get()
    client.force_login(wayan)

    assert 'name="keputusan"' not in client.get(address(question)).content.decode()


# --- files


@pytest.mark.parametrize("number", [1, 3])
def test_snapshots_asks_the_same_for_one_file_and_for_three(
    client, operator, number, django_assert_num_queries
):
    village()
    for n in range(number):
        stage("dtks", [in_dtks(n + 1, n + 1)], by=operator)
    client.force_login(operator)
    client.get(reverse("dtks:snapshots"))

    with django_assert_num_queries(6):
        client.get(reverse("dtks:snapshots"))


def test_a_file_is_missing_for_who_sees_no_whole_files(client, operator, sari):
    village()
    snapshot = stage("dtks", [in_dtks(1, 1)], by=operator)
    client.force_login(sari)

    assert client.get(snapshot.get_absolute_url()).status_code == 403


def test_a_file_of_another_kabupaten_is_missing(client, operator):
    village()
    snapshot = stage("dtks", [in_dtks(1, 1)], by=operator, area="99.02")
    client.force_login(operator)

    assert client.get(snapshot.get_absolute_url()).status_code == 404


def buttons(client, user, snapshot):
    client.force_login(user)
    text = client.get(snapshot.get_absolute_url()).content.decode()
    return {
        name
        for name in ("approve", "reject", "reconcile", "withdraw")
        if f'action="{reverse(f"dtks:{name}", args=[snapshot.pk])}"' in text
    }


def test_snapshot_offers_what_the_role_may_do(client, operator, operator2, ratna, wayan):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)

    assert buttons(client, operator, snapshot) == {"reconcile", "withdraw"}
    assert buttons(client, operator2, snapshot) == {"approve", "reject", "reconcile", "withdraw"}
    assert buttons(client, ratna, snapshot) == {"approve", "reject"}
    assert buttons(client, wayan, snapshot) == set()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("dtsen_families", "hanya kepala keluarga yang dipadankan"),
        ("final_closing", "hanya pengurus yang dipadankan"),
        ("dtks", None),
    ],
)
def test_snapshot_says_when_only_heads_of_families_are_compared(client, operator, source, says):
    village()
    snapshot = stage(source, [{"kk_number": card(1), "name": "IBU ANI"}], by=operator)
    client.force_login(operator)

    page = client.get(snapshot.get_absolute_url()).content.decode()

    assert ("yang dipadankan" in page) == bool(says)
    assert (says or "") in page


def test_approve_asks_for_the_work_and_the_page_shows_it(client, operator, operator2):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)
    client.force_login(operator2)

    answer = client.post(reverse("dtks:approve", args=[snapshot.pk]), follow=True)

    job = Job.objects.get(kind="dtks.approve_snapshot")
    assert job.requested_by == operator2
    assert reverse("jobs:progress", args=[job.pk]) in answer.content.decode()


def test_approve_of_ones_own_file_is_refused_in_words(client, operator):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)
    client.force_login(operator)

    answer = client.post(reverse("dtks:approve", args=[snapshot.pk]), follow=True)

    assert Job.objects.count() == 0
    assert 'class="note note-error"' in answer.content.decode()


def test_a_file_without_usable_rows_shows_why_instead_of_the_button(client, operator, operator2):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator, rejected=[0])
    Snapshot.objects.filter(pk=snapshot.pk).update(problem_counts={"out_of_territory": 1})

    assert buttons(client, operator, snapshot) == {"reconcile", "withdraw"}
    assert "import_areas" in client.get(snapshot.get_absolute_url()).content.decode()
    assert buttons(client, operator2, snapshot) == {"reject", "reconcile", "withdraw"}
    text = client.get(snapshot.get_absolute_url()).content.decode()
    assert "Tidak ada baris berkas ini yang terletak di wilayah kantor" in text


@pytest.fixture
def doubtful(operator, operator2):
    """One family, where the last approved file of this kind had three."""
    village()
    before = stage("final_closing", [family(n) for n in (1, 2, 3)], by=operator)
    approve_snapshot(snapshot=before, by=operator2, at=NOW)
    snapshot = stage("final_closing", [family(1)], by=operator, period=(2027, 1))
    preview = preview_load(snapshot=snapshot, by=operator, at=NOW)
    note = {"code": "far_fewer_rows", "share": 67, "before": 3}
    Snapshot.objects.filter(pk=snapshot.pk).update(load_preview=preview, notes=[note])
    return snapshot


def test_a_likely_wrong_file_says_its_figures_beside_the_button(client, doubtful, operator2):
    client.force_login(operator2)

    text = client.get(doubtful.get_absolute_url()).content.decode()

    card = text[text.index('id="approval"') : text.index('id="counts"')]
    assert "Berkas ini memuat 1 baris yang dapat dipakai" in card
    assert "Dari 3 KPM di data, 2 KPM tidak ada di berkas ini." in card
    assert text.count("Jumlah baris turun 67 %") == card.count("Jumlah baris turun 67 %") == 1
    assert 'name="yakin"' in card


def test_a_likely_wrong_file_is_approved_once_its_figures_are_confirmed(
    client, doubtful, operator2
):
    client.force_login(operator2)
    url = reverse("dtks:approve", args=[doubtful.pk])
    jobs = Job.objects.filter(kind="dtks.approve_snapshot")

    answer = client.post(url, follow=True)

    assert not jobs.exists()
    assert "Nyatakan dahulu bahwa ini benar" in answer.content.decode()
    client.post(url, {"yakin": "1"})
    assert jobs.get().requested_by == operator2


def test_a_file_of_which_nobody_would_be_loaded_says_so_beside_the_button(
    client, operator, operator2
):
    village()
    snapshot = stage("final_closing", [family(1, village="Antah")], by=operator)
    preview = preview_load(snapshot=snapshot, by=operator, at=NOW)
    Snapshot.objects.filter(pk=snapshot.pk).update(load_preview=preview)
    client.force_login(operator2)

    text = client.get(snapshot.get_absolute_url()).content.decode()

    card = text[text.index('id="approval"') : text.index('id="counts"')]
    assert "Tidak seorang pun dari berkas ini akan dimuat" in card
    assert 'name="yakin"' in card


def test_reject_needs_a_reason_and_shows_it_to_the_sender(client, operator, operator2):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)
    client.force_login(operator2)
    url = reverse("dtks:reject", args=[snapshot.pk])

    client.post(url, {"alasan": ""})
    assert Snapshot.objects.get(pk=snapshot.pk).state == "staged"
    client.post(url, {"alasan": "Tahapnya keliru, ini tahap 3."})

    client.force_login(operator)
    text = client.get(snapshot.get_absolute_url()).content.decode()
    assert "Tahapnya keliru, ini tahap 3." in text


def test_rows_are_masked_and_say_what_is_wrong(client, operator):
    village()
    snapshot = stage("final_closing", [family(1), family(2)], by=operator, rejected=[0])
    client.force_login(operator)

    page = client.get(reverse("dtks:rows", args=[snapshot.pk]), {"masalah": "nik_length"})

    text = page.content.decode()
    assert [line["number"] for line in page.context["lines"]] == [2]
    assert nik(1) not in text
    assert card(1) not in text
    assert len(page.context["lines"][0]["problems"]) == 1


def test_rows_begin_where_asked(client, operator):
    village()
    snapshot = stage("final_closing", [family(n) for n in range(1, 6)], by=operator)
    client.force_login(operator)

    page = client.get(reverse("dtks:rows", args=[snapshot.pk]), {"baris": "4"})

    assert [line["number"] for line in page.context["lines"]] == [4, 5, 6]


def test_rows_are_closed_to_who_sees_only_totals(client, operator, ratna):
    village()
    snapshot = stage("final_closing", [family(1)], by=operator)
    client.force_login(ratna)

    assert client.get(reverse("dtks:rows", args=[snapshot.pk])).status_code == 403


# --- bringing in a file


FILE = (
    "NIK|NOKK|NAMA|TANGGAL LAHIR|JENIS KELAMIN|NAMA IBU KANDUNG|DESA/KELURAHAN|KECAMATAN\r\n"
    f"{nik(1)}|{card(1)}|SITI|01/02/1990|P|SUMIATI|Sukamaju|Tanjung\r\n"
)


@pytest.fixture
def office(settings, tmp_path):
    village()
    settings.PKH_OFFICE_AREA = "99.01"
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def send(client, content=FILE, name="dtks.csv", **more):
    data = {"sumber": "dtks", "tahun": "2026", "tahap": "4"} | more
    data["berkas"] = SimpleUploadedFile(name, content.encode())
    return client.post(reverse("dtks:upload"), data)


def waiting(office):
    return [path for path in (office / "waiting").iterdir() if path.is_file()]


def test_upload_looks_at_the_file_before_anything_is_stored(client, office, operator):
    client.force_login(operator)

    answer = send(client)
    text = client.get(answer.url).content.decode()

    assert answer.url == reverse("dtks:inspect")
    assert "NAMA IBU KANDUNG" in text
    assert (nik(1) in text, card(1) in text, "SUMIATI" in text) == (False, False, False)
    assert re.search(r"9901\*{10}01", text)
    assert Snapshot.objects.count() == 0
    assert len(waiting(office)) == 1


def test_confirming_hands_the_file_over_to_be_read(client, office, operator):
    client.force_login(operator)
    send(client)

    answer = client.post(reverse("dtks:inspect"), {"mulai": "1"})

    snapshot = Snapshot.objects.get()
    assert answer.url == snapshot.get_absolute_url()
    assert (snapshot.file_name, snapshot.source, snapshot.year, snapshot.stage) == (
        "dtks.csv",
        "dtks",
        2026,
        4,
    )
    assert Job.objects.get().kind == "dtks.stage_snapshot"
    assert waiting(office) == []


def test_the_same_file_again_opens_the_one_that_is_there(client, office, operator):
    client.force_login(operator)
    for _ in range(2):
        send(client)
        answer = client.post(reverse("dtks:inspect"), {"mulai": "1"}, follow=True)

    assert Snapshot.objects.count() == 1
    assert 'class="note note-info"' in answer.content.decode()


def test_a_column_can_be_chosen_by_hand(client, office, operator):
    client.force_login(operator)
    send(client, FILE.replace("NIK|", "NOMOR ORANG|", 1))

    refused = client.get(reverse("dtks:inspect"))
    chosen = client.post(reverse("dtks:inspect"), {"lihat": "1", "kolom-nik": "0"})
    client.post(reverse("dtks:inspect"), {"mulai": "1", "kolom-nik": "0"})

    assert refused.context["refusal"] != ""
    assert chosen.context["refusal"] == ""
    assert Snapshot.objects.get().mapping["nik"] == 0


def test_a_file_that_is_no_table_is_refused_in_words(client, office, operator):
    client.force_login(operator)
    send(client, "%PDF-1.7 bukan tabel", name="surat.xlsx")

    answer = client.get(reverse("dtks:inspect"))

    assert answer.status_code == 422
    assert 'class="note note-error"' in answer.content.decode()
    assert 'name="mulai"' not in answer.content.decode()


def test_upload_without_a_file_says_so(client, office, operator):
    client.force_login(operator)

    answer = client.post(reverse("dtks:upload"), {"sumber": "dtks", "tahun": "2026", "tahap": "4"})

    assert answer.status_code == 422
    assert 'id="id_berkas_errors"' in answer.content.decode()


@pytest.mark.parametrize("token", ["../../etc/passwd", "", "x" * 30])
def test_nothing_but_a_waiting_file_is_looked_at(client, office, operator, token):
    client.force_login(operator)
    session = client.session
    session["waiting_file"] = {"token": token, "name": "a.csv", "source": "dtks"}
    session.save()

    answer = client.get(reverse("dtks:inspect"))

    assert (answer.status_code, answer.url) == (302, reverse("dtks:upload"))


@pytest.mark.parametrize("who", ["sari", "ratna", "wayan"])
def test_uploading_needs_the_role(client, request, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(reverse("dtks:upload")).status_code == 403


def test_export_needs_a_reason_and_is_fetched_by_its_owner_only(
    client, office, operator, operator2, asked
):
    snapshot = asked().get().snapshot
    client.force_login(operator)
    url = reverse("dtks:export", args=[snapshot.pk])
    form = {"jenis": "outcomes", "bentuk": "csv", "hasil": ""}

    client.post(url, form | {"alasan": ""})
    assert snapshot.exports.count() == 0
    client.post(url, form | {"alasan": "rapat koordinasi"})
    export = snapshot.exports.get()

    client.force_login(operator2)
    assert client.post(reverse("dtks:download", args=[export.pk])).status_code == 404


def test_a_question_sent_to_the_field_waits_there_for_its_answer(client, asked, operator, sari):
    question = asked().get()
    client.force_login(operator)
    decide(client, question, "ask_field", catatan="Mohon lihat KTP")
    client.force_login(sari)

    home = client.get(reverse("dashboard:home")).content.decode()
    listed = client.get(reverse("dtks:queue"), {"hasil": "asked"})
    page = client.get(address(question)).content.decode()
    request = VisitRequest.objects.get()
    decide(client, question, "not_same")
    request.refresh_from_db()

    assert (request.wanted, request.member_id, request.state) == (
        "Mohon lihat KTP",
        question.member_id,
        "withdrawn",
    )
    assert f"{reverse('dtks:queue')}?berkas={question.snapshot_id}&amp;hasil=asked" in home
    assert listed.context["counts"]["total"] == 1
    assert "Mohon lihat KTP" in page
    assert [d.verdict for d in Decision.objects.standing()] == ["not_same"]
    assert Decision.objects.get(verdict="ask_field").withdrawn_by == sari


def test_the_answer_of_a_visit_stands_on_the_page_of_its_question(client, asked, operator, sari):
    question = asked().get()
    hers, family = FacilitatorFactory(user=sari, name="SARI"), question.member.household
    entrust(hers, family)
    client.force_login(operator)
    decide(client, question, "ask_field", catatan="Mohon lihat KTP", sampai="1 Januari 2027")
    request = VisitRequest.objects.get()
    before = client.get(address(question)).context["answer"]

    now = timezone.now()
    visit = record_visit(
        facilitator=hers, household=family, purpose="question", device_at=now, by=sari, at=now,
        note="KTP bernama lain", request=request.pk,
    )  # fmt: skip

    page = client.get(address(question))
    listed = client.get(reverse("dtks:queue"), {"hasil": "answered"})
    assert (str(request.due_on), before.visits) == ("2027-01-01", [])
    assert page.context["answer"].visits == [visit]
    assert page.context["answer"].request.state == "done"
    assert page.context["may_decide"] is True
    assert "KTP bernama lain" in page.content.decode()
    assert listed.context["counts"]["total"] == 1


def test_a_withdrawn_file_asks_the_field_nothing_more(client, asked, operator, operator2):
    first, second = asked(2)
    client.force_login(operator)
    decide(client, first, "ask_field", catatan="satu")
    decide(client, second, "ask_field", catatan="dua")
    decide(client, second, "same")

    withdraw_snapshot(snapshot=first.snapshot, by=operator, at=timezone.now())

    closed = VisitRequest.objects.order_by("pk").values_list("wanted", "state", "closed_by")
    assert list(closed) == [
        ("satu", "withdrawn", operator.pk),
        ("dua", "withdrawn", operator.pk),
    ]
    assert AuditEvent.objects.filter(verb="visit_request.withdrawn").count() == 2


def test_a_day_nobody_can_read_asks_nobody(client, asked, operator):
    question = asked().get()
    client.force_login(operator)

    for until in ("kemarin", "1-1-2020"):
        answer = decide(client, question, "ask_field", sampai=until)

        assert (answer.status_code, VisitRequest.objects.count()) == (409, 0)
    assert Decision.objects.count() == 0


def test_a_file_too_large_is_refused_before_it_waits(client, office, operator, settings):
    settings.PKH_MAX_TEXT_UPLOAD_BYTES = 100
    client.force_login(operator)

    answer = send(client)

    assert answer.status_code == 422
    assert not (office / "waiting").exists()


# --- the list of work


def work_on(snapshot, by):
    enqueue(
        kind="dtks.preview_load",
        by=by,
        arguments={"snapshot": snapshot.pk},
        subject=snapshot,
        at=NOW,
        publish=False,
    )


@pytest.mark.parametrize("number", [1, 3])
def test_work_names_its_files_in_as_many_questions_for_one_and_for_three(
    client, operator, number, django_assert_num_queries
):
    village()
    for n in range(number):
        work_on(stage("dtks", [in_dtks(n + 1, n + 1)], by=operator), operator)
    client.force_login(operator)
    client.get(reverse("jobs:list"))

    with django_assert_num_queries(9):
        text = client.get(reverse("jobs:list")).content.decode()

    assert text.count(str(Snapshot.objects.first())) == number


def test_work_on_a_file_out_of_sight_stays_without_its_name(client, operator):
    village()
    work_on(stage("dtks", [in_dtks(1, 1)], by=operator, area="99.02"), operator)
    client.force_login(operator)

    text = client.get(reverse("jobs:list")).content.decode()

    assert "Menunggu pekerja" in text
    assert str(Snapshot.objects.get()) not in text
