import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from documents import storage
from tests.factories.accounts import person
from tests.factories.files import jpeg, pdf

pytestmark = pytest.mark.django_db
MISSING = "00000000-0000-4000-8000-000000000000"


def ask(client, user, pk, name="document"):
    client.force_login(user)
    return client.get(reverse(f"documents:{name}", args=[pk]))


def test_document_hands_out_a_picture_and_records_it(client, keep, sari):
    document = keep(name="Rumah “depan”.png")

    answer = ask(client, sari, document.pk)

    assert answer.getvalue() == storage.path_of(document.stored_as).read_bytes()
    assert {
        name: answer[name]
        for name in (
            "Content-Type",
            "Content-Disposition",
            "Cache-Control",
            "X-Content-Type-Options",
            "Content-Security-Policy",
        )
    } == {
        "Content-Type": "image/jpeg",
        "Content-Disposition": "inline; filename*=utf-8''Rumah%20%E2%80%9Cdepan%E2%80%9D.jpg",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    assert AuditEvent.objects.filter(verb="document.opened", by=sari).count() == 1


def test_document_hands_out_a_paper_as_a_download(client, keep, sari):
    document = keep(pdf(), name="surat.pdf", kind="letter")

    answer = ask(client, sari, document.pk)

    assert answer["Content-Disposition"] == 'attachment; filename="surat.pdf"'
    assert answer.getvalue() == pdf()
    assert ask(client, sari, document.pk, "thumbnail").status_code == 404


def test_thumbnail_is_small(client, keep, sari):
    document = keep(jpeg((800, 600)))

    answer = ask(client, sari, document.pk, "thumbnail")

    content = answer.getvalue()
    assert content == storage.path_of(document.stored_as, thumbnail=True).read_bytes()
    assert len(content) == document.thumbnail_bytes < document.size_bytes
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", ["document", "thumbnail"])
def test_a_foreign_document_is_missing(client, keep, budi, name):
    document = keep()
    tksk = person("tksk", "subdistrict_social_worker", "99.01.01")

    for user in (budi, tksk):
        foreign, missing = ask(client, user, document.pk, name), ask(client, user, MISSING, name)
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.content == missing.content
    assert AuditEvent.objects.filter(verb="document.opened").count() == 0


@pytest.mark.parametrize("name", ["document", "thumbnail"])
def test_nobody_signed_out_gets_a_document(client, keep, name):
    answer = client.get(reverse(f"documents:{name}", args=[keep().pk]))

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/akun/login/")


def test_a_document_whose_file_is_gone_is_missing(client, keep, sari):
    document = keep()
    storage.remove(document.stored_as)

    assert ask(client, sari, document.pk).status_code == 404
    assert ask(client, sari, document.pk, "thumbnail").status_code == 404


def test_documents_are_only_read_here(client, keep, sari):
    client.force_login(sari)

    assert client.post(reverse("documents:document", args=[keep().pk])).status_code == 405


def test_the_familys_page_lists_its_documents_to_whoever_may_see_them(client, keep, family, sari):
    photo, paper = keep(), keep(pdf(), name="surat.pdf", kind="letter")
    client.force_login(sari)

    said = client.get(family.get_absolute_url()).content.decode()

    assert said.count(reverse("documents:thumbnail", args=[photo.pk])) == 1
    # Among the documents, and in the family's history.
    assert said.count(f'href="{paper.get_absolute_url()}"') == 2
    client.force_login(person("tksk", "subdistrict_social_worker", "99.01.01"))
    said = client.get(family.get_absolute_url()).content.decode()
    assert str(family.desa) in said
    assert "/dokumen/" not in said
