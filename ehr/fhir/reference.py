"""References between resources: what one says, where they are, and giving them new targets.

http://hl7.org/fhir/R4/references.html, http://hl7.org/fhir/R4/http.html#trules for the rewriting
of `urn:uuid:` in a transaction.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ehr.fhir.definitions import is_resource_type, uri_element_names
from ehr.remembered import remembered

Kind = Literal["relative", "absolute", "urn", "fragment", "conditional", "other"]

_ID = r"[A-Za-z0-9\-.]{1,64}"
_RELATIVE = re.compile(rf"(?:(https?://\S*)/)?([A-Za-z]+)/({_ID})(?:/_history/({_ID}))?")
_CONDITIONAL = re.compile(r"([A-Za-z]+)\?(\S+)")
_LINK = re.compile(r"""(\s(?:href|src)\s*=\s*)("[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class Reference:
    """One `Reference.reference`, taken apart.

    `type`, `id` and `version` are known for `Type/id` forms; `url` is the service base of an
    absolute one, the query of a conditional one (`Patient?identifier=…`), the text of others.
    """

    kind: Kind
    type: str | None = None
    id: str | None = None
    version: str | None = None
    url: str | None = None


def type_named(text: str) -> str | None:
    """The resource type in `Type/id` or in an absolute URL that ends so, or None."""
    match = _RELATIVE.fullmatch(text)
    return match[2] if match is not None and is_resource_type(match[2]) else None


@remembered(4096)
def parse_reference(text: str) -> Reference:
    """What `text` refers to; never fails, `other` is what fits no form of the specification."""
    match = _RELATIVE.fullmatch(text)
    if match and is_resource_type(match[2]):
        kind: Kind = "absolute" if match[1] else "relative"
        return Reference(kind, match[2], match[3], match[4], match[1])
    if text.startswith("#"):
        return Reference("fragment", id=text[1:])
    if text.startswith("urn:"):
        return Reference("urn", url=text)
    conditional = _CONDITIONAL.fullmatch(text)
    if conditional and is_resource_type(conditional[1]):
        return Reference("conditional", conditional[1], url=conditional[2])
    return Reference("absolute" if re.match(r"https?://\S+$", text) else "other", url=text)


def walk(resource: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Each (path, holder, key) with a reference string at `holder[key]`, in document order.

    The path is that of the string, in the names of the JSON: `Observation.subject.reference`.
    Only `Reference` has an element of this name, so no definitions are needed.
    """
    root = resource.get("resourceType", "Resource") if isinstance(resource, dict) else "Resource"
    yield from _walk(resource, root)


def _walk(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    if type(value) is dict:
        for key, content in value.items():
            if type(content) is dict or type(content) is list:
                yield from _walk(content, f"{path}.{key}")
            elif key == "reference" and type(content) is str:
                yield f"{path}.reference", value, key
    elif type(value) is list:
        for index, item in enumerate(value):
            if type(item) is dict or type(item) is list:
                yield from _walk(item, f"{path}[{index}]")


def rewrite(resource: Any, mapping: Mapping[str, str]) -> Any:
    """A copy of `resource` in which references, uris and narrative links follow `mapping`.

    Keys are what entries were called (`urn:uuid:…`), values what they are now (`Patient/1`); a
    version (`/_history/2`, `|2`) or fragment behind a key stays. Parts without a link are shared
    with the original.
    """
    if type(resource) is dict:
        return _rewrite_object(resource, mapping)
    if type(resource) is list:
        items = [rewrite(item, mapping) for item in resource]
        return resource if all(map(_same, items, resource)) else items
    return resource


def _same(one: Any, other: Any) -> bool:
    return one is other


def _rewrite_object(holder: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for key, content in holder.items():
        if type(content) is str:
            new: Any = _rewrite_text(key, content, mapping)
        elif type(content) is bool or content is None:
            continue
        elif type(content) is list and content and type(content[0]) is str:
            new = [_rewrite_text(key, item, mapping) for item in content]
            new = content if new == content else new
        else:
            new = rewrite(content, mapping)
        if new is not content and new != content:
            changed[key] = new
    return {**holder, **changed} if changed else holder


def _rewrite_text(key: str, text: Any, mapping: Mapping[str, str]) -> Any:
    if type(text) is not str:
        return text
    if key == "div":
        return _LINK.sub(lambda link: _rewrite_link(link, mapping), text)
    if key == "reference" or key in uri_element_names():
        return _follow(text, mapping)
    return text


def _rewrite_link(link: re.Match[str], mapping: Mapping[str, str]) -> str:
    quote = link[2][0]
    return f"{link[1]}{quote}{_follow(link[2][1:-1], mapping)}{quote}"


def _follow(text: str, mapping: Mapping[str, str]) -> str:
    target = mapping.get(text)
    if target is not None:
        return target
    for mark in ("/_history/", "|", "#"):
        if mark in text:
            head, _, tail = text.partition(mark)
            if head in mapping:
                return f"{mapping[head]}{mark}{tail}"
    return text
