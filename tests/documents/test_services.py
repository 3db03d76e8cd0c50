import io
import os
import resource
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import translation

from accounts.models import AuditEvent, User
from core.errors import Refused
from documents import storage
from documents.integrity import violations
from documents.models import Document
from documents.owners import UnknownOwner, may_see, owner_kind
from documents.queries import documents_of, reused
from documents.services import keep_document, open_document, remove_orphans, type_of
from tests.documents.conftest import NOW, files_in
from tests.factories.areas import AreaFactory
from tests.factories.beneficiaries import HouseholdFactory
from tests.factories.files import encoded, jpeg, pdf, picture

pytestmark = pytest.mark.django_db
CLIENT_ID = uuid.UUID("5f0c6cfe-0000-4000-8000-000000000001")


def refusal_of(call, *args, **said):
    with pytest.raises(Refused) as refused:
        call(*args, **said)
    return refused.value.code


# --- keeping


def test_keep_document_stores_a_drawn_copy_and_says_what_it_is(keep, family, sari, shelves):
    document = keep(jpeg((320, 200)), name="../Rumah depan.PNG")

    document.refresh_from_db()
    stored = storage.path_of(document.stored_as)
    assert (document.owner_type, document.owner_id) == ("beneficiaries.household", str(family.pk))
    assert (document.kind, document.media_type, document.uploaded_by) == (
        "photo",
        "image/jpeg",
        sari,
    )
    assert (document.name, document.file_name) == ("Rumah depan.png", "Rumah depan.jpg")
    assert (document.width, document.height, document.received_at) == (320, 200, NOW)
    assert document.taken_at.isoformat() == "2026-10-01T01:15:00+00:00"
    assert document.size_bytes == stored.stat().st_size
    assert stored.stat().st_mode & 0o777 == 0o600
    assert stored.parent.stat().st_mode & 0o777 == 0o700
    assert files_in(shelves) == [stored, storage.path_of(document.stored_as, thumbnail=True)]
    assert b"Exif" not in stored.read_bytes()
    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.target_id) == ("document.kept", sari, str(document.pk))
    assert violations() == []


def test_keep_document_keeps_a_paper_as_it_came(keep):
    document = keep(pdf(), name="surat.pdf", kind="letter")

    assert storage.path_of(document.stored_as).read_bytes() == pdf()
    assert (document.media_type, document.width, document.thumbnail_bytes) == (
        "application/pdf",
        None,
        None,
    )
    assert violations() == []


@pytest.mark.parametrize(
    "file",
    [
        lambda content: SimpleUploadedFile("a.jpg", content),
        io.BytesIO,
        lambda content: content,
    ],
)
def test_keep_document_reads_uploads_files_and_bytes(keep, file):
    assert keep(file(jpeg())).received_bytes == len(jpeg())


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", "photo", "empty"),
        (b"GIF89a<script>alert(1)</script>", "photo", "type_not_allowed"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "photo", "type_not_allowed"),
        (b"<html>", "scan", "type_not_allowed"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "photo", "type_not_allowed"),
        (b"PK\x03\x04", "letter", "type_not_allowed"),
        (pdf(), "photo", "type_not_allowed"),
        (jpeg()[:500], "photo", "image_broken"),
        (pdf()[:-10], "letter", "pdf_broken"),
        (pdf(trailer=b"/Encrypt 9 0 R"), "letter", "pdf_encrypted"),
        (pdf(extra=b"/OpenAction<</S/JavaScript>>"), "scan", "pdf_active"),
    ],
)
def test_keep_document_refuses_and_leaves_nothing(keep, shelves, content, kind, code):
    assert refusal_of(keep, content, kind=kind, name="foto.jpg") == code

    assert Document.objects.count() == 0
    assert files_in(shelves) == []


def test_keep_document_names_the_megapixels_in_indonesian(keep, settings):
    settings.PKH_DOCUMENT_TYPES = settings.PKH_DOCUMENT_TYPES | {
        "image/png": {"bytes": 10**6, "pixels": 1_000_000}
    }

    with translation.override("id"), pytest.raises(Refused) as refused:
        keep(encoded(picture((2000, 1500), mode="1"), "PNG"))

    assert refused.value.code == "too_many_pixels"
    assert str(refused.value) == "Foto terlalu besar (3 juta piksel); paling besar 1 juta piksel."


def test_keep_document_measures_each_type_by_its_own_limit(keep, settings):
    paper, photo = pdf("x" * 9000), jpeg()
    settings.PKH_DOCUMENT_TYPES = {
        "image/jpeg": {"bytes": len(photo) - 1, "pixels": 10**6},
        "application/pdf": {"bytes": len(paper)},
    }

    assert keep(paper, kind="scan").size_bytes == len(paper)
    assert refusal_of(keep, photo) == "too_large"
    assert refusal_of(keep, paper + b" ", kind="scan") == "too_large"
    assert refusal_of(keep, encoded(picture(), "PNG")) == "type_not_allowed"


def test_keep_document_reads_no_further_than_the_largest_limit(keep, settings):
    settings.PKH_DOCUMENT_TYPES = {"application/pdf": {"bytes": 1 << 20}}

    class Endless:
        given = 0

        def read(self, size):
            self.given += size
            return b"x" * size

    endless = Endless()
    assert refusal_of(keep, endless, kind="scan") == "too_large"
    assert endless.given == 2 << 20


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (jpeg(), "image/jpeg"),
        (encoded(picture(), "PNG"), "image/png"),
        (encoded(picture(), "WEBP"), "image/webp"),
        (pdf(), "application/pdf"),
        (b"", ""),
        (b"RIFF....WAVE", ""),
    ],
)
def test_type_of_reads_the_content(content, media_type):
    assert type_of(content) == media_type


def test_keep_document_refuses_an_owner_nobody_speaks_for(keep, sari):
    with pytest.raises(UnknownOwner):
        keep(owner=sari)


# --- sent again


def test_the_same_id_and_content_is_the_same_document(keep, shelves):
    first = keep(client_id=CLIENT_ID)
    again = keep(client_id=str(CLIENT_ID), name="lain.jpg")

    assert first.pk == again.pk == CLIENT_ID
    assert (Document.objects.count(), AuditEvent.objects.count()) == (1, 1)
    assert len(files_in(shelves)) == 2


def test_the_same_id_with_anything_else_is_refused(keep, budi, shelves):
    keep(client_id=CLIENT_ID)
    other = HouseholdFactory(desa=AreaFactory(code="99.01.01.2001"))

    for changed in (
        {"file": jpeg(colour=(1, 2, 3))},
        {"owner": other},
        {"by": budi},
        {"kind": "scan"},
    ):
        assert refusal_of(keep, client_id=CLIENT_ID, **changed) == "document_id_taken"
    assert refusal_of(keep, client_id="bukan-uuid") == "invalid_id"
    assert (Document.objects.count(), len(files_in(shelves))) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_the_same_request_eight_times_at_once_is_one_document(family, sari, shelves):
    content, answers = jpeg(), []
    together = threading.Barrier(8)

    def send():
        together.wait()
        try:
            document = keep_document(
                owner=family, file=content, name="a.jpg", kind="photo",
                client_id=CLIENT_ID, by=sari, at=NOW,
            )  # fmt: skip
            answers.append(document.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [CLIENT_ID] * 8
    assert (Document.objects.count(), AuditEvent.objects.count()) == (1, 1)
    assert len(files_in(shelves)) == 2


# --- what stops in between


KILLED = """
import os, signal, django
django.setup()
from django.conf import settings
from django.utils import timezone
from django.db.models import Model
from accounts.models import User
from beneficiaries.models import Household
from documents import services, storage
from pathlib import Path

settings.MEDIA_ROOT = Path(os.environ["SHELVES"])
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
put, point = storage._put, os.environ["POINT"]


def die():
    os.kill(os.getpid(), signal.SIGKILL)


if point == "between":
    def put_and_die(path, content):
        put(path, content)
        if not path.name.endswith(storage.THUMBNAIL):
            die()
    storage._put = put_and_die
elif point == "half":
    def replace_and_die(self, target):
        die()
    Path.replace = replace_and_die
else:
    save = Model.save
    def save_and_die(self, *args, **kwargs):
        save(self, *args, **kwargs)
        die()
    services.Document.save = save_and_die
services.keep_document(
    owner=Household.objects.get(), file=open(os.environ["PHOTO"], "rb"), name="a.jpg",
    kind="photo", client_id=os.environ["ID"], by=User.objects.get(), at=timezone.now(),
)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["half", "between", "uncommitted"])
def test_a_process_killed_on_the_way_leaves_nothing_visible(
    keep, family, sari, shelves, tmp_path, point
):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(jpeg())
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "pkh.settings",
            "TEST_DATABASE": connection.settings_dict["NAME"],
            "SHELVES": str(tmp_path),
            "PHOTO": str(photo),
            "POINT": point,
            "ID": str(CLIENT_ID),
        },
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr.decode()[-2000:]
    left = files_in(shelves)

    assert left != []
    assert (Document.objects.count(), violations(), remove_orphans()) == (0, [], 0)
    again = keep(client_id=CLIENT_ID)
    for path in left:
        os.utime(path, (0, 0))
    assert violations() == [{"code": "document_file_without_row", "count": len(left)}]
    assert remove_orphans() == len(left)
    assert violations() == []
    assert set(files_in(shelves)) == {
        storage.path_of(again.stored_as),
        storage.path_of(again.stored_as, thumbnail=True),
    }


def test_a_rolled_back_transaction_leaves_a_file_nobody_sees(keep, shelves):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        keep()
        raise ZeroDivisionError

    assert Document.objects.count() == 0
    assert len(files_in(shelves)) == 2
    for path in files_in(shelves):
        os.utime(path, (0, 0))
    assert remove_orphans() == 2
    assert files_in(shelves) == []


def test_a_full_disk_refuses_and_leaves_no_half_file(keep, shelves):
    large = pdf("x" * 100_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        code = refusal_of(keep, large, kind="scan")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert code == "storage_full"
    assert (Document.objects.count(), files_in(shelves)) == (0, [])


def test_violations_count_rows_whose_file_is_gone_or_changed(keep):
    gone, cut, whole = keep(), keep(jpeg(colour=(1, 1, 1))), keep(pdf(), kind="letter")
    storage.path_of(gone.stored_as).unlink()
    storage.path_of(cut.stored_as, thumbnail=True).write_bytes(b"x")

    assert sorted((found["code"], found["count"]) for found in violations()) == [
        ("document_file_differs", 1),
        ("document_without_file", 1),
    ]
    assert storage.path_of(whole.stored_as).exists()


# --- who sees it


def test_documents_are_seen_by_whoever_may_see_the_familys(keep, sari, budi, ratna, wayan):
    document = keep()

    assert [may_see(user, document) for user in (sari, ratna, wayan, budi)] == [
        True,
        True,
        True,
        False,
    ]


def test_documents_of_an_owner_nobody_speaks_for_are_seen_by_nobody(keep, ratna):
    document = keep()
    Document.objects.update(owner_type="visits.visit")

    assert not may_see(ratna, document)


def test_a_key_that_is_no_number_does_not_disturb_the_question(keep, family, ratna, sari):
    keep()
    other = keep(jpeg(colour=(9, 9, 9)))
    Document.objects.filter(pk=other.pk).update(owner_type="x.y", owner_id="bukan-angka")

    assert Document.objects.visible_to(ratna).count() == 1
    assert [found.owner_id for found in documents_of(family, user=sari)] == [str(family.pk)]


def test_one_kind_of_owner_has_one_rule(family):
    with pytest.raises(ValueError, match="two rules"):
        owner_kind(type(family), visible=lambda user: type(family).objects.all())


def test_open_document_records_the_look(keep, ratna, budi):
    document = keep()

    path = open_document(document=document, by=ratna, at=NOW, channel="web")

    assert path.read_bytes()[:2] == b"\xff\xd8"
    event = AuditEvent.objects.get(verb="document.opened")
    assert (event.by, event.target_type, event.target_id, event.at) == (
        ratna,
        "documents.document",
        str(document.pk),
        NOW,
    )
    assert refusal_of(open_document, document=document, by=budi, at=NOW) == "not_found"
    assert AuditEvent.objects.filter(by=budi).count() == 0


def test_documents_of_a_thousand_are_found_by_the_owners_key(keep, family, sari):
    """The plan looks each owner up by its key instead of reading the register."""
    keep()
    with connection.cursor() as cursor:  # a table of one row is read whole, when it may be
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = documents_of(family, user=sari).explain()

    assert "Seq Scan on beneficiaries_household" not in plan


# --- a photo used again


def test_reused_finds_the_same_picture_under_other_metadata(keep, budi):
    first = keep(jpeg(taken="2026:10:01 08:00:00"), at=NOW.replace(day=1))
    later = keep(jpeg(taken="2026:11:01 08:00:00"), at=NOW, by=budi)
    keep(jpeg(colour=(9, 9, 9)), at=NOW.replace(day=1))

    assert list(reused(later)) == [first]
    assert list(reused(first)) == []


def test_reused_orders_those_of_the_same_moment(keep):
    documents = [keep() for _ in range(3)]

    assert sorted(reused(document).count() for document in documents) == [0, 1, 2]


def test_people_who_uploaded_are_kept(keep, sari):
    keep()

    with pytest.raises(Exception, match="protected"):
        User.objects.get(pk=sari.pk).delete()
