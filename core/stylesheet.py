"""The stylesheet of the pages: what they use of Tabler, and nothing else.

`python -m core.stylesheet` reads the whole of Tabler (core/styles/) and every page, script and
module of ours, and writes the part that some page may use. A sixth of it is: on 3G the rest is
seconds before the first page shows, and on a cheap telephone as long again to read.

A word that stands anywhere in a page, a script or a module that speaks of a `class` counts as used;
`btn-{{ kind }}` keeps every class that begins with `btn-`.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import tinycss2

ROOT = Path(__file__).resolve().parent.parent
WHOLE = ROOT / "core/styles/tabler.min.css"
USED = ROOT / "static/vendor/tabler/tabler.used.css"
_PAGES = ("templates/**/*.html", "static/js/**/*.js", "static/css/*.css")
_MODULES = ("*/*.py", "*/templatetags/*.py", "*/forms/*.py", "*/views/*.py")
_SETS_CLASS = re.compile(r"""["']class["']|class=""")
_WORD = re.compile(r"[A-Za-z][\w-]*")
_BEGUN = re.compile(r"([A-Za-z][\w-]*-)(?:\{\{|\{%|\{|\$\{)")
_CLASS = re.compile(r"\.((?:\\.|[\w-])+)")
_ATTRIBUTE = re.compile(r"\[([\w-]+)")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
_EMPTY = re.compile(r"(?:^|(?<=[{}]))[^{}@]+\{\s*\}|@(?:media|supports)[^{}]*\{\s*\}")
_CHOICE = re.compile(r":(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)")
_ALWAYS = {"type", "class", "disabled", "readonly", "multiple", "size", "list", "hidden", "title"}


class Words:
    """Words of our files, and beginnings to which a page adds the rest."""

    def __init__(self, texts: Iterable[str]):
        self.whole: set[str] = set()
        begun: set[str] = set()
        for text in texts:
            self.whole.update(_WORD.findall(text))
            begun.update(_BEGUN.findall(text))
        self.begun = tuple(begun)

    def __contains__(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.begun)


def used_of(css: str, words: Words, own: str = "") -> str:
    """The rules of a stylesheet that can hold on some page, without variables and animations that
    no kept rule names. `own` is other CSS of the same pages."""
    rules = list(_kept(tinycss2.parse_stylesheet(css, skip_comments=True), words))
    text = "".join(rules)
    while True:
        named = set(_VARIABLE.findall(text + own))
        animations = set(_WORD.findall(" ".join(re.findall(r"animation[\w-]*:([^;}]*)", text))))
        rules = [shorter for rule in rules if (shorter := _without(rule, named, animations))]
        shorter = "".join(rules)
        if shorter == text:
            return text
        text = shorter


def _kept(rules, words: Words) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [s for s in _selectors(rule.prelude) if _may_hold(s, words)]
            if selectors:
                yield f"{','.join(selectors)}{{{tinycss2.serialize(rule.content).strip()}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = "".join(_kept(tinycss2.parse_blocks_contents(rule.content), words))
            if inner:
                said = tinycss2.serialize(rule.prelude).strip()
                yield f"@{rule.at_keyword} {said}{{{inner}}}"
        elif rule.type == "at-rule" and rule.content is not None:
            yield rule.serialize()


def _selectors(prelude) -> list[str]:
    """Split at the commas of the list itself, not at those inside `:is(…)`."""
    found: list[str] = []
    one: list = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            found.append(tinycss2.serialize(one).strip())
            one = []
        else:
            one.append(token)
    return [*found, tinycss2.serialize(one).strip()]


def _may_hold(selector: str, words: Words) -> bool:
    # What must not be there may be unknown, and of several only one must be there.
    asked = _CHOICE.sub("", selector)
    classes = [name.replace("\\", "") for name in _CLASS.findall(asked)]
    attributes = [name for name in _ATTRIBUTE.findall(asked) if name not in _ALWAYS]
    return all(word in words for word in (*classes, *attributes))


def _without(rule: str, variables: set[str], animations: set[str]) -> str:
    """A rule without declarations of variables nobody names; empty when nothing is left of it."""
    if rule.startswith(("@keyframes", "@-webkit-keyframes")):
        return rule if rule.split("{", 1)[0].split()[-1] in animations else ""
    if rule.startswith("@font-face"):
        return rule
    shorter = re.sub(
        r"(--[\w-]+):((?:[^;{}\"']|\"[^\"]*\"|'[^']*')*)(;|(?=\}))",
        lambda found: found[0] if found[1] in variables else "",
        rule,
    )
    previous = None
    while previous != shorter:
        previous, shorter = shorter, _EMPTY.sub("", shorter)
    return shorter


def stylesheet() -> str:
    """What `tabler.used.css` should say today."""
    whole = WHOLE.read_text(encoding="utf-8")
    licence = re.search(r"/\*!.*?\*/", whole, re.DOTALL)
    own = [path.read_text(encoding="utf-8") for path in _files(_PAGES)]
    modules = [
        path.read_text(encoding="utf-8")
        for path in _files(_MODULES)
        if path.parts[-2] != "tests" and path != Path(__file__)
    ]
    words = Words([*own, *(text for text in modules if _SETS_CLASS.search(text))])
    head = licence[0] if licence else ""
    return f'@charset "UTF-8";{head}\n{used_of(whole, words, "".join(own))}\n'


def _files(patterns: Iterable[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in ROOT.glob(pattern)})


def main() -> int:
    USED.write_text(stylesheet(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
