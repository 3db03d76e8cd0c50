"""What the pages use of Tabler: nothing they need is missing, and the file is the one of today."""

import re

import pytest

from core import stylesheet
from core.stylesheet import ROOT, USED, WHOLE, Words, used_of


def used(css, page, own=""):
    return used_of(css, Words([page]), own)


def test_the_stylesheet_is_that_of_the_pages_as_they_are():
    said = "static/vendor/tabler/tabler.used.css is of an earlier day: make styles"
    assert USED.read_text(encoding="utf-8") == stylesheet.stylesheet(), said


def test_every_class_of_a_page_that_tabler_knows_is_there():
    name = re.compile(r"\.(-?[A-Za-z][\w-]*)")
    known = set(name.findall(WHOLE.read_text(encoding="utf-8")))
    here = set(name.findall(USED.read_text(encoding="utf-8")))
    asked = {
        word
        for page in ROOT.glob("templates/**/*.html")
        for said in re.findall(r'class="([^"{]*)', page.read_text(encoding="utf-8"))
        for word in said.split()
    }

    assert {"btn", "form-control", "form-check-input"} <= asked & known
    assert asked & known - here == set()
    assert not {"carousel", "offcanvas", "btn-instagram"} & here


@pytest.mark.parametrize(
    ("css", "page", "kept"),
    [
        (".a{color:red}.b{color:blue}", '<p class="a">', ".a{color:red}"),
        (".a,.b{color:red}", '<p class="b">', ".b{color:red}"),
        (".a .b{color:red}", '<p class="b">', ""),
        (".a:not(.b){color:red}", '<p class="a">', ".a:not(.b){color:red}"),
        (".a:is(.b,.c){color:red}", '<p class="a b">', ".a:is(.b,.c){color:red}"),
        ("p{color:red}", "", "p{color:red}"),
        ("[data-bs-theme=dark] p{color:red}", "", ""),
        ("[type=radio]{color:red}", "", "[type=radio]{color:red}"),
        ("@media print{.a{color:red}.b{top:0}}", "a", "@media print{.a{color:red}}"),
        ("@media print{.b{top:0}}", "a", ""),
        (".state-bad{color:red}", '<p class="state-{{ tone }}">', ".state-bad{color:red}"),
        (":root{--x:1;--y:2}.a{top:var(--y)}", "a", ":root{--y:2}.a{top:var(--y)}"),
        (":root{--x:1;--y:var(--x)}.a{top:0}", "a", ".a{top:0}"),
        ("@keyframes k{to{top:0}}.a{top:0}", "a", ".a{top:0}"),
        ("@keyframes k{to{top:0}}.a{animation:k 1s}", "a", None),
        ('.a{background:url("x;y{z}")}', "a", None),
    ],
)
def test_rules_that_may_hold_are_kept_and_others_are_not(css, page, kept):
    assert used(css, page) == (css if kept is None else kept)


def test_a_variable_that_only_our_own_styles_name_is_kept():
    css = ":root{--x:1}.a{top:0}"

    assert used(css, "a", "p{left:var(--x)}") == css
