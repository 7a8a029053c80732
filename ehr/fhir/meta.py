"""What Meta says of a record beside its version: profiles, tags and security labels, as sets.

http://hl7.org/fhir/R4/resource.html#Meta. A profile is known by its URL, a tag or label by system
and code: display and version do not make another of it
(http://hl7.org/fhir/R4/resource-operation-meta-add.html).
"""

from collections.abc import Hashable, Iterable
from typing import Any

Meta = dict[str, Any]

SETS = ("profile", "security", "tag")


def _key(member: Any) -> Hashable:
    return (member.get("system"), member.get("code")) if isinstance(member, dict) else member


def added(meta: Meta, more: Meta) -> Meta:
    """`meta` with the members of `more` that it does not have."""
    return meta | {name: union(meta.get(name, ()), more[name]) for name in SETS if name in more}


def removed(meta: Meta, less: Meta) -> Meta:
    """`meta` without the members of `less`; a set that becomes empty is left out."""
    found = dict(meta)
    for name in SETS:
        gone = {_key(one) for one in less.get(name, ())}
        kept = [one for one in meta.get(name, ()) if _key(one) not in gone]
        if kept:
            found[name] = kept
        else:
            found.pop(name, None)
    return found


def union(some: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    """Both, in order, each member once."""
    found: dict[Hashable, Any] = {}
    for one in (*some, *others):
        found.setdefault(_key(one), one)
    return list(found.values())
