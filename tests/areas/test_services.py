import datetime as dt
import json
import time

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from accounts.models import AuditEvent
from areas.models import Area
from areas.services import (
    ensure_office_area,
    import_areas,
    load_areas,
    official_areas,
    read_area_list,
)
from core.errors import Refused
from tests.factories.areas import AreaFactory

NOW = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_load_areas_brings_the_whole_country_and_changes_nothing_twice():
    started = time.monotonic()
    first = load_areas()
    seconds = time.monotonic() - started
    second = load_areas()

    assert first == {"areas": 91_599, "created": 91_599, "updated": 0}
    assert second == {"areas": 91_599, "created": 0, "updated": 0}
    assert dict(Area.objects.values_list("level").annotate(Count("pk")).order_by()) == {
        1: 38,
        2: 514,
        3: 7_285,
        4: 83_762,
    }
    village = Area.objects.select_related("parent__parent__parent").get(code="18.10.01.1001")
    assert [village.name, village.parent.name, village.parent.parent.name] == [
        "Fajaresuk",
        "Pringsewu",
        "Kabupaten Pringsewu",
    ]
    assert village.parent.parent.parent.name == "Lampung"
    assert seconds < 20  # about 3 s on an idle two-core machine; a loop of INSERTs takes a minute


@pytest.mark.django_db
def test_load_areas_refuses_a_list_that_shrank():
    areas = official_areas()
    del areas["18.10.01.1001"]

    with pytest.raises(Refused) as refusal:
        load_areas(areas=areas)

    assert refusal.value.code == "areas_shrunk"
    assert Area.objects.count() == 0


@pytest.mark.django_db
def test_load_areas_names_the_office_area_and_respects_the_offices_own_names():
    ensure_office_area("18.10")
    import_areas(content=b"code,name\n18.10.01.1001,Fajar Esuk\n", by=None, at=NOW)

    load_areas()

    named = dict(Area.objects.filter(code__startswith="18.10").values_list("code", "name"))
    assert named["18.10"] == "Kabupaten Pringsewu"
    assert named["18.10.01"] == "Pringsewu"
    assert named["18.10.01.1001"] == "Fajar Esuk"


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["99.01", "9901"])
def test_ensure_office_area_makes_an_unknown_kabupaten_by_its_code(code):
    first, second = ensure_office_area(code), ensure_office_area(code)

    assert first == second
    assert list(Area.objects.values_list("code", "name", "level", "parent_id", "code_system")) == [
        ("99", "99", 1, None, "local"),
        ("99.01", "99.01", 2, "99", "local"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "18", "18.10.01", "Pringsewu"])
def test_ensure_office_area_refuses_what_is_no_kabupaten(code):
    with pytest.raises(Refused) as refusal:
        ensure_office_area(code)

    assert refusal.value.code == "office_area"
    assert Area.objects.count() == 0


@pytest.mark.django_db
def test_import_areas_creates_renames_and_leaves_alone(administrator):
    AreaFactory(code="99.01.01.2001", name="Sukamaju")
    AreaFactory(code="99.01.01.2002", name="99.01.01.2002")
    content = (
        "kode;nama\n9901012001;Sukamaju\n99.01.01.2002;  Suka   Makmur\n"
        "99.01.02.2001;Ba'u\n\n9901022002;Sumber Rejo\n"
    ).encode("utf-8-sig")

    result = import_areas(content=content, by=administrator, at=NOW)

    assert result == {"created": 2, "renamed": 1, "unchanged": 1, "parents_created": 1}
    assert list(
        Area.objects.villages().values_list("code", "name", "parent_id").order_by("code")
    ) == [
        ("99.01.01.2001", "Sukamaju", "99.01.01"),
        ("99.01.01.2002", "Suka Makmur", "99.01.01"),
        ("99.01.02.2001", "Ba'u", "99.01.02"),
        ("99.01.02.2002", "Sumber Rejo", "99.01.02"),
    ]
    event = AuditEvent.objects.get(verb="areas.imported")
    assert (event.by, event.at, event.data) == (administrator, NOW, result)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "area_list_header"),
        (b"99.01,Contoh\n", "area_list_header"),
        (b"code,name\n", "area_list_empty"),
        (b"code,name\n\xff\xfe,x\n", "area_list_encoding"),
        (b"code,name\n9901010,Kecamatan\n", "area_list_lines"),
        (b"code,name\n9901010001,Desa\n", "area_list_lines"),
        (b"code,name\n99.01.01.2001,\n", "area_list_lines"),
        (b"code,name\n99.01.01.2001\n", "area_list_lines"),
        (b"code,name\n99.01.01.2001,A\n9901012001,B\n", "area_list_lines"),
        (b"code,name\n99.1,Contoh\n", "area_list_lines"),
        (b'code,name\n99.01.01.2001,"A\x00B"\n', "area_list_lines"),
    ],
)
def test_read_area_list_refuses_the_whole_list(content, code):
    with pytest.raises(Refused) as refusal:
        read_area_list(content)

    assert refusal.value.code == code


def test_read_area_list_names_the_lines_that_are_wrong():
    with pytest.raises(Refused) as refusal:
        read_area_list(b"code,name\n99.01,Contoh\n9901010001,Desa\nx,y\n")

    assert "3: 9901010001" in str(refusal.value)
    assert "4: x" in str(refusal.value)


@pytest.mark.django_db
def test_import_areas_command_answers_in_json(tmp_path, capsys, operator):
    path = tmp_path / "areas.csv"
    path.write_text("code,name\n99.01.09,Kecamatan Baru\n", encoding="utf-8")

    call_command("import_areas", str(path), "--as", "operator", "--json")

    assert json.loads(capsys.readouterr().out) == {
        "created": 1,
        "renamed": 0,
        "unchanged": 0,
        "parents_created": 0,
    }


@pytest.mark.django_db
def test_import_areas_command_refuses_a_facilitator(tmp_path, sari):
    path = tmp_path / "areas.csv"
    path.write_text("code,name\n99.01.09,Kecamatan Baru\n", encoding="utf-8")

    with pytest.raises(CommandError) as error:
        call_command("import_areas", str(path), "--as", "sari")

    assert error.value.returncode == 1
    assert not Area.objects.filter(code="99.01.09").exists()
