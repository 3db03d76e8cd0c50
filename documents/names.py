"""The name a sender gave a file, made fit to be shown: pure text, no file is called so."""

import re
import unicodedata

from core.nik import mask_nik

LONGEST = 100
# Control, format (bidi marks among them), surrogates, private use: nothing a name needs.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_FORBIDDEN = re.compile(r'[<>:"|?*%]')  # on somebody's disk, or in a header
_NUMBER = re.compile(r"(?<!\d)\d{16}(?!\d)")
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?=\.|$)", re.IGNORECASE)
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def clean_name(name: str) -> str:
    """A name without folders, invisible letters and full numbers; "dokumen" when nothing is left.

    People call a scan by the NIK of its owner; who may see the scan may not always see the NIK.
    """
    text = unicodedata.normalize("NFKC", str(name))
    text = " ".join(text.split())
    text = "".join(letter for letter in text if unicodedata.category(letter) not in _UNSEEN)
    text = re.split(r"[/\\]", text)[-1]
    text = _NUMBER.sub(lambda found: mask_nik(found[0]).replace("*", "x"), text)
    text = " ".join(_FORBIDDEN.sub("_", text).split())
    ending = _ENDING.search(text)
    ending = ending[0] if ending else ""
    stem = text.removesuffix(ending)[: LONGEST - len(ending)].strip(" .")
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    return (stem or "dokumen") + ending.lower()
