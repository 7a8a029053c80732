"""The narrative: the XHTML that FHIR allows, and nothing that runs or fetches.

http://hl7.org/fhir/R4/narrative.html#xhtml: the formatting elements of HTML 4.0 (chapters 7 to
11 and 15), links, images and style attributes; no scripts, forms, frames, objects, events or
external styles. What is not allowed is refused, never taken out.
"""

import re
from html.entities import name2codepoint
from xml.parsers import expat

from ehr.fhir.checker.primitives import Wrong
from ehr.fhir.json_fault import kind

_XHTML = "http://www.w3.org/1999/xhtml"

_ELEMENTS = """
a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd del
dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li map ol p pre q s samp small span
strike strong sub sup table tbody td tfoot th thead tr tt u ul var
"""
ELEMENTS = frozenset(_ELEMENTS.split())
_ATTRIBUTES = """
abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff charset
cite class clear color colspan compact coords datetime dir face frame headers height href
hreflang hspace id ismap lang longdesc name nohref noshade nowrap rel rev rowspan rules
scope shape size span src start style summary tabindex target title type usemap valign
value vspace width
"""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_XML_ATTRIBUTES = frozenset({"xml:lang", "xml:space", "xml:base", "xml:id"})
_ADDRESSES = frozenset({"href", "src", "cite", "longdesc", "usemap"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel", "ftp", "urn", "cid"})
_IMAGE = re.compile(
    r"data:\s*image/(?:png|gif|jpeg|jpg|webp|bmp);base64,[A-Za-z0-9+/=\s]*", re.ASCII
)
_STYLE = re.compile(
    r"expression|javascript|vbscript|behaviou?r|binding|import|[\\<]|/\*"
    r"|url\s*\(\s*['\"]?\s*(?:(?!data:\s*image/(?:png|gif|jpeg);)[a-z][a-z0-9+.\-]*:|//)"
)
_DEEPEST = 100


class _Refused(Exception):
    """The narrative holds what is not allowed; the message is the end of a sentence."""


def narrative(value: object) -> Wrong | None:
    """None when `value` is a `div` that FHIR allows, else the issue code and what is wrong."""
    if type(value) is not str:
        return "structure", f"must be a string, not {kind(value)}"
    try:
        _Reader(value).read()
    except _Refused as refusal:
        return "value", str(refusal)
    except expat.ExpatError as fault:
        reason = expat.ErrorString(fault.code)
        return "value", f"is not well-formed XHTML: {reason} (line {fault.lineno})"
    return None


class _Reader:
    """One reading of one narrative, by events, so depth costs nothing."""

    def __init__(self, text: str) -> None:
        self._depth = 0
        self._says_something = False
        self._parser = parser = expat.ParserCreate(encoding="utf-8")
        # Named characters such as &nbsp; are HTML's: with a DTD that is never read, expat reports
        # them instead of failing.
        parser.UseForeignDTD(True)
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.ProcessingInstructionHandler = _refuse_instruction
        parser.SkippedEntityHandler = self._entity
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._text
        if text.count("<") > _DEEPEST:
            parser.EndElementHandler = self._end
        self._encoded = text.encode()

    def read(self) -> None:
        """Read it all; raises _Refused or ExpatError."""
        self._parser.Parse(self._encoded, True)
        if not self._says_something:
            raise _Refused("must have some text or an image")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and (name != "div" or attributes.get("xmlns") != _XHTML):
            raise _Refused("must be one <div xmlns='http://www.w3.org/1999/xhtml'>")
        if name not in ELEMENTS:
            raise _Refused(f"holds the element <{name[:40]}>, which FHIR does not allow")
        if self._depth > _DEEPEST and self._parser.EndElementHandler is not None:
            raise _Refused(f"has elements more than {_DEEPEST} deep inside each other")
        if name == "img":
            self._says_something = True
        for key, value in attributes.items():
            _check_attribute(name, key, value)

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        if not text.isspace():
            self._says_something = True
            self._parser.CharacterDataHandler = None

    def _entity(self, name: str, is_parameter: bool) -> None:
        if is_parameter or name not in name2codepoint:
            raise _Refused(f"uses the entity &{name[:40]};, which HTML does not have")
        self._text(chr(name2codepoint[name]))


def _check_attribute(element: str, key: str, value: str) -> None:
    if key == "xmlns":
        if value != _XHTML:
            raise _Refused(f"has another namespace than XHTML on <{element}>")
    elif key not in ATTRIBUTES and key not in _XML_ATTRIBUTES:
        raise _Refused(f"has the attribute {key[:40]!r} on <{element}>, which FHIR does not allow")
    if key == "style" and _STYLE.search(value.lower()):
        raise _Refused("has a style that runs or fetches something")
    if key in _ADDRESSES:
        _check_address(element, key, value)


def _check_address(element: str, key: str, value: str) -> None:
    """Only addresses that cannot run: browsers skip white space and control characters in them."""
    bare = "".join(sign for sign in value if sign.isprintable() and not sign.isspace())
    scheme = _SCHEME.match(bare)
    if scheme is None or scheme[1].lower() in _SAFE_SCHEMES:
        return
    if element == "img" and key == "src" and _IMAGE.fullmatch(value.strip()):
        return
    raise _Refused(f"has an address with the scheme {scheme[1][:20]!r} on <{element}>")


def _refuse_doctype(*_: object) -> None:
    raise _Refused("must not have a document type declaration")


def _refuse_instruction(*_: object) -> None:
    raise _Refused("must not have processing instructions")
