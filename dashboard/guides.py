"""The guides of docs/panduan as pages: one text for the repository and for the screen.

They use a small part of Markdown, and reading refuses everything else, so what a test has read
once cannot surprise a reader: headings, paragraphs, lists with one level below, **words of the
screen**, links from guide to guide, pictures alone in their paragraph, and comments, which mark
the places of pictures to come. The browser tests draw the pictures, of invented families.
"""

import re
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role

GUIDES = {
    "operator": _("Data operator"),
    "koordinator": _("Coordinator"),
    "pendamping": _("Facilitator"),
    "kepala": _("Head of agency"),
    "tamu": _("Guest of another institution"),
}
# In this order, for whoever holds several roles.
_OF_ROLE = {
    Role.FACILITATOR: "pendamping",
    Role.SUBDISTRICT_SOCIAL_WORKER: "pendamping",
    Role.DATA_OPERATOR: "operator",
    Role.DISTRICT_COORDINATOR: "koordinator",
    Role.SUBDISTRICT_LEAD: "koordinator",
    Role.HEAD: "kepala",
    Role.DIVISION_HEAD: "kepala",
    Role.AUDITOR: "kepala",
    Role.ADMIN: "operator",
}
_INLINE = re.compile(r"\*\*(?P<words>[^*]+)\*\*|\[(?P<label>[^\]]+)\]\((?P<guide>[a-z]+)\.md\)")
_PICTURE = re.compile(r"!\[(?P<words>[^\]]+)\]\(gambar/(?P<name>[a-z-]+)\.png\)")
_ITEM = re.compile(r"(?P<indent> *)(?:(?P<number>\d+)\.|-) (?P<text>.+)")
_FOREIGN = re.compile(r"^(#{3,}|>|\||```|    |\t|!\[)|[<>`]|\]\((?![a-z]+\.md\))|(?<!\*)\*(?!\*)")


class NotOurMarkdown(ValueError):
    """The text uses something these pages do not show."""


@dataclass(frozen=True)
class Guide:
    title: str
    lead: SafeString
    sections: list[tuple[str, str, SafeString]]  # (anchor, heading, content)


def own_guide(user, day) -> str:
    """The guide of the role held on that day; whoever holds none is somebody's guest."""
    held = set(user.assignments.held_on(day).values_list("role", flat=True))
    return next((guide for role, guide in _OF_ROLE.items() if role in held), "tamu")


@cache
def read_guide(name: str) -> Guide:
    path = Path(settings.BASE_DIR) / "docs" / "panduan" / f"{name}.md"
    return parse(path.read_text(encoding="utf-8"))


def picture_file(name: str) -> Path:
    return Path(settings.BASE_DIR) / "docs" / "panduan" / "gambar" / f"{name}.png"


def parse(text: str) -> Guide:
    """Raises NotOurMarkdown. Everything that is not markup is escaped."""
    text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    title, _newline, lead = head.strip().partition("\n")
    if not title.startswith("# "):
        raise NotOurMarkdown("a guide begins with its title")
    sections = []
    for part in parts:
        heading, _newline, body = part.partition("\n")
        sections.append((slugify(heading), heading.strip(), _blocks(body)))
    return Guide(title.removeprefix("# "), _blocks(lead), sections)


def _blocks(text: str) -> SafeString:
    """Paragraphs and lists; a blank line between blocks."""
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return _joined(_block(block.splitlines()) for block in blocks if block.strip())


def _block(lines: list[str]) -> SafeString:
    if len(lines) == 1 and (picture := _PICTURE.fullmatch(lines[0])):
        return _figure(**picture.groupdict())
    first = next((at for at, line in enumerate(lines) if _ITEM.fullmatch(line)), len(lines))
    return _joined([_paragraph(lines[:first]), _list(lines[first:])])


def _figure(words: str, name: str) -> SafeString:
    """Asked for when the reader comes near; its size is said before, so that nothing jumps."""
    head = picture_file(name).read_bytes()[:24]
    width, height = struct.unpack(">II", head[16:])  # of every PNG
    return format_html(
        '<figure><img src="{}" alt="" width="{}" height="{}" loading="lazy" decoding="async">'
        "<figcaption>{}</figcaption></figure>",
        reverse("dashboard:guide_picture", args=[name]),
        width,
        height,
        words,
    )


def _paragraph(lines: list[str]) -> SafeString:
    return format_html("<p>{}</p>", _inline(" ".join(lines))) if lines else SafeString()


def _list(lines: list[str]) -> SafeString:
    """`- ` or `1. ` items; deeper ones belong to the item above them."""
    if not lines:
        return SafeString()
    found = [_ITEM.fullmatch(line) for line in lines]
    if not all(found) or found[0]["indent"]:
        raise NotOurMarkdown(lines[0])
    starts = [at for at, item in enumerate(found) if not item["indent"]]
    tag = "ol" if found[0]["number"] else "ul"
    items = _joined(
        format_html(
            "<li>{}{}</li>",
            _inline(found[start]["text"]),
            _list([line.strip() for line in lines[start + 1 : end]]),
        )
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    )
    return format_html("<{0}>{1}</{0}>", SafeString(tag), items)


def _inline(text: str) -> SafeString:
    if _FOREIGN.search(text):
        raise NotOurMarkdown(text)
    parts, end = [], 0
    for found in _INLINE.finditer(text):
        parts.append(format_html("{}", text[end : found.start()]))
        if words := found["words"]:
            parts.append(format_html("<strong>{}</strong>", words))
        else:
            url = reverse("dashboard:guide_page", args=[found["guide"]])
            parts.append(format_html('<a href="{}">{}</a>', url, found["label"]))
        end = found.end()
    return _joined([*parts, format_html("{}", text[end:])])


def _joined(parts) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped by format_html
