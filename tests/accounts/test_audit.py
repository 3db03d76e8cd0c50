import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import audit
from accounts.models import AuditEvent

NOW = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


@pytest.fixture
def event(sari):
    return audit.record("household.seen", target=sari, by=sari, at=NOW, reason="pengaduan", rows=3)


def test_record_keeps_who_what_when_and_why(event, sari):
    kept = AuditEvent.objects.get()

    assert (kept.by, kept.at, kept.verb, kept.target_type, kept.target_id) == (
        sari,
        NOW,
        "household.seen",
        "accounts.user",
        str(sari.pk),
    )
    assert (kept.reason, kept.data) == ("pengaduan", {"rows": 3})


def _raw(sql):
    def run(event):
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return run


def _save(event):
    event.verb = "nothing"
    event.save()


def _bulk_update(event):
    event.verb = "nothing"
    AuditEvent.objects.bulk_update([event], ["verb"])


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(_save, id="save"),
        pytest.param(lambda event: event.delete(), id="delete"),
        pytest.param(lambda event: AuditEvent.objects.update(verb="nothing"), id="update"),
        pytest.param(_bulk_update, id="bulk_update"),
        pytest.param(lambda event: AuditEvent.objects.all().delete(), id="queryset delete"),
        pytest.param(
            lambda event: AuditEvent.objects.all()._raw_delete("default"), id="raw delete"
        ),
        pytest.param(_raw("UPDATE accounts_auditevent SET verb = ''"), id="sql update"),
        pytest.param(_raw("DELETE FROM accounts_auditevent"), id="sql delete"),
        pytest.param(_raw("TRUNCATE accounts_auditevent"), id="truncate"),
        pytest.param(_raw("TRUNCATE accounts_user CASCADE"), id="truncate what it hangs on"),
        pytest.param(
            _raw(
                "INSERT INTO accounts_auditevent (id, at, verb, target_type, target_id, reason,"
                " channel, data) SELECT id, at, 'nothing', '', '', '', '', '{}'"
                " FROM accounts_auditevent ON CONFLICT (id) DO UPDATE SET verb = excluded.verb"
            ),
            id="upsert",
        ),
    ],
)
def test_an_audit_event_is_never_changed_or_removed(event, act):
    with pytest.raises(DatabaseError), transaction.atomic():
        act(event)

    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["household.seen"]


def test_an_event_goes_with_the_act_it_belongs_to(sari):
    with pytest.raises(DatabaseError), transaction.atomic():
        audit.record("household.seen", by=sari, at=NOW)
        _raw("SELECT 1/0")(None)

    assert AuditEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_tests_with_real_transactions_can_clean_up_after_themselves():
    audit.record("household.seen", by=None, at=NOW)

    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_test_before_was_cleaned_up():
    assert AuditEvent.objects.count() == 0


def test_visible_to_shows_everything_to_an_auditor_and_ones_own_to_others(event, sari, wayan, budi):
    assert [AuditEvent.objects.visible_to(user).count() for user in (sari, wayan, budi)] == [
        1,
        1,
        0,
    ]
