"""Narratives: what HTML FHIR allows, and that nothing which runs or fetches gets in."""

import time

import pytest

from ehr.fhir.checker.narrative import ELEMENTS, narrative

XMLNS = 'xmlns="http://www.w3.org/1999/xhtml"'


def div(content: str, attributes: str = "") -> str:
    return f"<div {XMLNS}{attributes}>{content}</div>"


@pytest.mark.proves("validation/narrative")
@pytest.mark.parametrize(
    "text",
    [
        div("Nguyễn Văn An"),
        div("<p>a</p><table border='1'><tr><td colspan='2' style='color: red'>x</td></tr></table>"),
        div("<a href='https://a.vn/x?y=1#z' title='t'>x</a>"),
        div("<a href='#top'>x</a><a name='top'>y</a><a href='Patient/1'>z</a>"),
        div("<a href='mailto:a@b.vn'>x</a><a href='tel:+84'>y</a>"),
        div("<img src='#photo' alt='x'/>"),
        div("<img src='data:image/png;base64,iVBORw0KGgo='/>"),
        div("&nbsp;a &amp; b &eacute; &#273;"),
        div("a<!-- a remark -->"),
        div("a<![CDATA[ <b> ]]>"),
        div("x", " lang='vi' xml:lang='vi' class='a b' id='x'"),
        div(f"<p {XMLNS}>x</p>"),
        div("<span style='background: url(x.png); width: 10px'>x</span>"),
        "  " + div("x") + "\n",
        '<?xml version="1.0" encoding="UTF-8"?>' + div("x"),
        div("<b>" * 90 + "x" + "</b>" * 90),
    ],
)
def test_what_is_allowed_passes(text: str) -> None:
    assert narrative(text) is None


@pytest.mark.proves("validation/narrative")
@pytest.mark.parametrize("element", sorted(ELEMENTS))
def test_each_formatting_element_passes(element: str) -> None:
    assert narrative(div(f"x<{element}/>")) is None


@pytest.mark.proves("validation/narrative")
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "<div>x</div>",
        f"<p {XMLNS}>x</p>",
        f"<DIV {XMLNS}>x</DIV>",
        '<div xmlns="http://www.w3.org/2000/svg">x</div>',
        div(""),
        div("  <p> </p> "),
        div("&nbsp;"),
        div("x") + div("y"),
        div("<p>x"),
        div("<p>x</b>"),
        div("a & b"),
        div("<p class=x>a</p>"),
        div("<p class='x' class='y'>a</p>"),
        div("x&unknown;"),
        div("\x00x"),
        div("\x0bx"),
    ],
)
def test_what_is_no_narrative_is_refused(text: str) -> None:
    assert narrative(text) is not None


@pytest.mark.proves("validation/narrative")
@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<SCRIPT>alert(1)</SCRIPT>",
        "<style>p{color:red}</style>",
        "<link rel='stylesheet' href='x'/>",
        "<base href='http://evil'/>",
        "<meta http-equiv='refresh' content='0'/>",
        "<iframe src='http://evil'/>",
        "<frame src='x'/>",
        "<object data='x'/>",
        "<embed src='x'/>",
        "<applet code='x'/>",
        "<form action='x'><input name='a'/></form>",
        "<button>x</button>",
        "<video src='x'/>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "<math xmlns='http://www.w3.org/1998/Math/MathML'/>",
        "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
        "<p onclick='alert(1)'>x</p>",
        "<p ONCLICK='alert(1)'>x</p>",
        "<img src='x' onerror='alert(1)'/>",
        "<p xmlns='http://www.w3.org/2000/svg'>x</p>",
        "<p xlink:href='x' xmlns:xlink='http://www.w3.org/1999/xlink'>x</p>",
        "<p srcdoc='x'>x</p>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='JaVaScRiPt:alert(1)'>x</a>",
        "<a href=' javascript:alert(1)'>x</a>",
        "<a href='java&#10;script:alert(1)'>x</a>",
        "<a href='java&#9;script:alert(1)'>x</a>",
        "<a href='&#1;javascript:alert(1)'>x</a>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<a href='vbscript:x'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<a href='data:image/png;base64,xxxx'>x</a>",
        "<img src='data:image/svg+xml;base64,xxxx'/>",
        "<img src='data:text/html;base64,xxxx'/>",
        "<img src='blob:x'/>",
        "<a href='file:///etc/passwd'>x</a>",
        "<p style='width: expression(alert(1))'>x</p>",
        "<p style='width: expr/**/ession(alert(1))'>x</p>",
        "<p style='background: url(javascript:x)'>x</p>",
        "<p style='background: url( \"http://evil/x.png\" )'>x</p>",
        "<p style='background: url(//evil/x.png)'>x</p>",
        "<p style='behavior: url(x.htc)'>x</p>",
        "<p style='-moz-binding: url(x)'>x</p>",
        "<p style='@import \"x\"'>x</p>",
        "<p style='a: \\65 xpression(1)'>x</p>",
    ],
)
def test_what_runs_or_fetches_is_refused(attack: str) -> None:
    wrong = narrative(div(f"text {attack}"))
    assert wrong is not None
    assert wrong[0] == "value"


@pytest.mark.parametrize(
    "text",
    [
        f"<!DOCTYPE div>{div('x')}",
        f'<!DOCTYPE div [<!ENTITY a "b">]>{div("&a;")}',
        f'<!DOCTYPE div [<!ENTITY a SYSTEM "file:///etc/passwd">]>{div("&a;")}',
        f'<!DOCTYPE div SYSTEM "http://evil/x.dtd">{div("x")}',
        "<!DOCTYPE d [<!ENTITY a0 'x'>"
        + "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 40))
        + f"]>{div('&a39;')}",
        f"<?xml-stylesheet href='x'?>{div('x')}",
        div("<?php x ?>x"),
    ],
)
def test_declarations_and_instructions_are_refused(text: str) -> None:
    assert narrative(text) is not None


def test_hostile_sizes_are_read_in_linear_time() -> None:
    start = time.process_time()
    assert narrative(div("<b>" * 100_000 + "x" + "</b>" * 100_000)) is not None
    assert narrative(div("<p>x</p>" * 50_000)) is None
    assert narrative(div("x", f" style='{'url(' * 50_000}'")) is None
    assert narrative(div("<p>" * 100_000)) is not None
    assert time.process_time() - start < 2


@pytest.mark.parametrize("value", [None, 1, True, {}, ["x"]])
def test_what_is_no_string_is_refused(value: object) -> None:
    assert narrative(value) is not None
