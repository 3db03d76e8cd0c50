"""Every message id the code shows, found without the gettext programs."""

import ast
import re
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FLOORS = [
    "core",
    "areas",
    "accounts",
    "jobs",
    "documents",
    "beneficiaries",
    "facilitators",
    "meetings",
    "graduation",
    "dtks",
    "dashboard",
    "pkh",
]
_SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_CALL = re.compile(
    r"\b(?P<name>gettext|ngettext|pgettext)\((?P<arguments>u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"(?:\s*,\s*u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))*)"
)


def _text(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def in_python(source: str):
    """(context or None, msgid) of every gettext call whose text is a literal."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [_text(argument) for argument in node.args]
        if name in _SINGLE | _PLURAL and texts and texts[0] is not None:
            yield None, texts[0]
        elif name in _CONTEXT and len(texts) > 1 and texts[1] is not None:
            yield texts[0], texts[1]


def in_template(source: str):
    for found in _CALL.finditer(templatize(source)):
        texts = ast.literal_eval(f"({found['arguments']},)")
        if found["name"] == "pgettext":
            yield texts[0], texts[1]
        else:
            yield None, texts[0]


def python_files():
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def template_files():
    return sorted(
        path
        for path in (ROOT / "templates").rglob("*")
        if path.suffix in {".html", ".txt"} and path.is_file()
    )


def all_msgids():
    """{(context, msgid): first place it stands}."""
    found = {}
    for path in python_files():
        for key in in_python(path.read_text(encoding="utf-8")):
            found.setdefault(key, path.relative_to(ROOT).as_posix())
    for path in template_files():
        for key in in_template(path.read_text(encoding="utf-8")):
            found.setdefault(key, path.relative_to(ROOT).as_posix())
    return found
