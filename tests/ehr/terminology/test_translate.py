"""Concept maps by known answers: mappings, dependencies, products, and codes without a mapping."""

from typing import Any

import pytest

from ehr.errors import TooCostly
from ehr.terminology.cost import Budget
from ehr.terminology.library import Library
from ehr.terminology.translate import DEEPEST, Found, Known, Translation, Wanted, translate

A, B, C = "urn:a", "urn:b", "urn:c"
SET_A, SET_B = "urn:vs-a", "urn:vs-b"
OTHER = "http://example.org/other"


def target(code: str | None = None, equivalence: str = "equivalent", **more: Any) -> dict[str, Any]:
    return ({"code": code} if code else {}) | {"equivalence": equivalence, **more}


def group(source: str | None = A, to: str = B, **more: Any) -> dict[str, Any]:
    """Element codes to their targets, then whatever else a group has."""
    elements = [{"code": code, "target": more.pop(code)} for code in list(more) if len(code) == 1]
    found = {"source": source, "target": to, "element": elements, **more}
    return {key: value for key, value in found.items() if value is not None}


def concept_map(*groups: dict[str, Any], url: str = "urn:map", **more: Any) -> dict[str, Any]:
    return {"resourceType": "ConceptMap", "url": url, "group": list(groups), **more}


def unmapped(mode: str, **more: Any) -> dict[str, Any]:
    return {"mode": mode, **more}


def ask(
    *maps: dict[str, Any], code: str = "x", system: str = A, library: Library | None = None,
    **more: Any,
) -> Found:  # fmt: skip
    wanted = Wanted(system, code, **more)
    return translate(library or Library(), maps, wanted, Budget())


def short(found: Found) -> list[str]:
    """`equivalence system code` of each translation."""
    return [f"{one.equivalence} {one.system} {one.code}" for one in found.translations]


def library_of(*maps: dict[str, Any]) -> Library:
    return Library({("ConceptMap", one["url"]): one for one in maps})


PLAIN = concept_map(
    group(x=[target("p", "wider"), target("q")], y=[target(equivalence="unmatched")], z=[])
)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, ["wider urn:b p", "equivalent urn:b q"]),
        ({"code": "y"}, ["unmatched urn:b None"]),
        ({"code": "z"}, []),
        ({"code": "none"}, []),
        ({"system": C}, []),
        ({"target_system": B}, ["wider urn:b p", "equivalent urn:b q"]),
        ({"target_system": C}, []),
        ({"system": B, "code": "p", "reverse": True}, ["narrower urn:a x"]),
        ({"system": B, "code": "q", "reverse": True}, ["equivalent urn:a x"]),
        ({"system": B, "code": "q", "reverse": True, "target_system": A}, ["equivalent urn:a x"]),
        ({"system": B, "code": "q", "reverse": True, "target_system": C}, []),
        ({"code": "x", "reverse": True}, []),
    ],
)
def test_a_plain_map(how: dict[str, Any], expected: list[str]) -> None:
    assert short(ask(PLAIN, **how)) == expected


@pytest.mark.parametrize(
    ("ends", "how", "is_found"),
    [
        ({"sourceUri": SET_A}, {"source": SET_A}, True),
        ({"sourceCanonical": f"{SET_A}|1"}, {"source": SET_A}, True),
        ({"sourceCanonical": f"{SET_A}|1"}, {"source": f"{SET_A}|2"}, False),
        ({"sourceUri": SET_A}, {"source": SET_B}, False),
        ({}, {"source": SET_A}, False),
        ({"targetUri": SET_B}, {"target": SET_B}, True),
        ({"targetUri": SET_B}, {"target": SET_A}, False),
        ({"sourceUri": SET_A, "targetUri": SET_B}, {"source": SET_A, "target": SET_B}, True),
        (
            {"sourceUri": SET_A, "targetUri": SET_B},
            {"source": SET_B, "target": SET_A, "reverse": True, "system": B, "code": "q"},
            True,
        ),
        (
            {"sourceUri": SET_A, "targetUri": SET_B},
            {"source": SET_A, "target": SET_B, "reverse": True, "system": B, "code": "q"},
            False,
        ),
    ],
)
def test_the_value_sets_at_its_ends(
    ends: dict[str, Any], how: dict[str, Any], is_found: bool
) -> None:
    assert bool(short(ask(PLAIN | ends, **how))) is is_found


@pytest.mark.parametrize(
    ("stated", "asked", "is_found"),
    [("1", "1", True), ("1", "2", False), (None, "2", True), ("1", None, True)],
)
def test_the_version_of_a_system(stated: str | None, asked: str | None, is_found: bool) -> None:
    versions = {"sourceVersion": stated, "targetVersion": stated}
    one = concept_map(group(x=[target("p")]) | {k: v for k, v in versions.items() if v})
    assert bool(short(ask(one, version=asked))) is is_found
    back = ask(one, system=B, code="p", reverse=True, version=asked)
    assert bool(short(back)) is is_found


def test_a_group_without_a_system_is_of_its_value_set_s_only_one() -> None:
    one = concept_map(group(None, x=[target("p")]), sourceUri=SET_A)
    of_one = {"resourceType": "ValueSet", "url": SET_A, "compose": {"include": [{"system": A}]}}
    library = Library({("ValueSet", SET_A): of_one})
    assert short(ask(one, library=library)) == ["equivalent urn:b p"]
    assert short(ask(one, library=library, system=C)) == []
    assert short(ask(one)) == []
    of_two = of_one | {"compose": {"include": [{"system": A}, {"system": C}]}}
    assert short(ask(one, library=Library({("ValueSet", SET_A): of_two}))) == []


@pytest.mark.parametrize(
    ("rule", "to", "expected"),
    [
        (unmapped("provided"), B, "relatedto urn:b n"),
        (unmapped("provided"), A, "equal urn:a n"),
        (unmapped("fixed", code="f", display="F"), B, "relatedto urn:b f"),
    ],
)
def test_a_code_without_a_mapping_goes_the_way_of_the_group(
    rule: dict[str, Any], to: str, expected: str
) -> None:
    one = concept_map(
        group(to=to, x=[target("p")], y=[target(equivalence="unmatched")], z=[], unmapped=rule)
    )
    found = ask(one, code="n")
    assert short(found) == [expected]
    assert "no mapping of its own" in " ".join(found.hints)
    assert short(ask(one, code="z")) == [expected.replace(" n", " z")]
    assert short(ask(one)) == [f"equivalent {to} p"]
    assert short(ask(one, code="y")) == [f"unmatched {to} None"]
    assert short(ask(one, code="n", target_system=C)) == []
    assert short(ask(one, code="n", defaults=False)) == []


def test_on_to_another_map() -> None:
    one = concept_map(group(x=[target("p")], unmapped=unmapped("other-map", url=OTHER)))
    other = concept_map(group(to=C, x=[target("wrong")], n=[target("r", "narrower")]), url=OTHER)
    library = library_of(other)
    found = ask(one, code="n", library=library)
    assert list(found.translations) == [Translation("narrower", C, "r", None, OTHER)]
    assert short(ask(one, library=library)) == ["equivalent urn:b p"]
    assert short(ask(one, code="n", library=library, target_system=B)) == []
    assert short(ask(one, code="n", library=library, target_system=C)) == ["narrower urn:c r"]
    back = {"system": C, "reverse": True, "library": library}
    assert short(ask(one, code="r", **back)) == ["wider urn:a n"]
    assert short(ask(one, code="wrong", **back)) == []
    versioned = concept_map(group(unmapped=unmapped("other-map", url=f"{OTHER}|2")))
    assert short(ask(versioned, code="n", library=library_of(other | {"version": "1"}))) == []
    assert short(ask(versioned, code="n", library=library_of(other | {"version": "2"})))


def test_another_map_that_is_not_here_is_told() -> None:
    one = concept_map(group(unmapped=unmapped("other-map", url=OTHER)))
    found = ask(one)
    assert short(found) == []
    assert "not known here" in " ".join(found.hints)


def test_maps_in_a_circle_end() -> None:
    on, back = (unmapped("other-map", url=url) for url in (OTHER, "urn:map|1"))
    one = concept_map(group(unmapped=on))
    other = concept_map(group(unmapped=back), url=OTHER)
    found = ask(one, library=library_of(one, other))
    assert short(found) == []
    assert "back to itself" in " ".join(found.hints)
    assert short(ask(one, reverse=True, system=B, library=library_of(one, other))) == []


def chain(length: int) -> list[dict[str, Any]]:
    """Maps that pass a code on; the last knows it."""
    maps = [
        concept_map(group(unmapped=unmapped("other-map", url=f"urn:{at + 1}")), url=f"urn:{at}")
        for at in range(length)
    ]
    return [*maps, concept_map(group(x=[target("p")]), url=f"urn:{length}")]


def test_a_chain_of_maps_has_an_end() -> None:
    maps = chain(DEEPEST)
    assert short(ask(maps[0], library=library_of(*maps))) == ["equivalent urn:b p"]
    maps = chain(DEEPEST + 1)
    found = ask(maps[0], library=library_of(*maps))
    assert short(found) == []
    assert f"More than {DEEPEST}" in " ".join(found.hints)


def test_maps_that_multiply_are_too_costly() -> None:
    onward = [group(unmapped=unmapped("other-map", url=f"urn:{n + 1}")) for n in range(DEEPEST)]
    maps = [concept_map(*[one] * 20, url=f"urn:{at}") for at, one in enumerate(onward)]
    with pytest.raises(TooCostly):
        ask(maps[0], library=library_of(*maps))


SEX = "http://example.org/sex"
DEPENDING = concept_map(
    group(x=[
        target("m", dependsOn=[{"property": SEX, "system": "urn:sex", "value": "male"}]),
        target("f", dependsOn=[{"property": SEX, "value": "female"}]),
        target("both", dependsOn=[
            {"property": SEX, "value": "female"}, {"property": "urn:age", "value": "old"}]),
    ], unmapped=unmapped("fixed", code="none"))
)  # fmt: skip


def known(element: str, *codes: tuple[str | None, str], text: str | None = None) -> Known:
    return Known(element, frozenset(codes), text)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ((), []),
        ((known(SEX, ("urn:sex", "male")),), ["m"]),
        ((known(SEX, ("urn:other", "male")),), []),
        ((known(SEX, ("urn:any", "female")),), ["f"]),
        ((known(SEX, text="female"),), ["f"]),
        ((known(SEX, text="male"),), []),
        ((known("urn:else", ("urn:sex", "male")),), []),
        ((known(SEX, ("urn:sex", "female")), known("urn:age", text="old")), ["f", "both"]),
    ],
)
def test_a_mapping_that_depends_on_another_element(
    of: tuple[Known, ...], expected: list[str]
) -> None:
    found = ask(DEPENDING, known=of)
    assert [one.code for one in found.translations] == expected
    missing = {SEX, "urn:age"} - {one.element for one in of}
    for name in missing:
        assert name in " ".join(found.hints)


def test_in_reverse_every_code_that_might_lead_here() -> None:
    assert short(ask(DEPENDING, system=B, code="m", reverse=True)) == ["equivalent urn:a x"]
    fixed = ask(DEPENDING, system=B, code="none", reverse=True)
    assert short(fixed) == []
    assert "without a mapping of its own leads to it" in " ".join(fixed.hints)
    provided = concept_map(group(x=[target("p")], unmapped=unmapped("provided")))
    assert short(ask(provided, system=B, code="n", reverse=True)) == ["relatedto urn:a n"]
    assert short(ask(provided, system=B, code="x", reverse=True)) == []


def test_products_come_along() -> None:
    made = {"property": "urn:site", "system": "urn:sites", "value": "arm", "display": "Arm"}
    (one,) = ask(concept_map(group(x=[target("p", product=[made])]))).translations
    (product,) = one.products
    assert (product.element, product.system, product.value) == ("urn:site", "urn:sites", "arm")


def test_none_twice_and_in_the_order_of_the_maps() -> None:
    again = concept_map(group(x=[target("q")]), url="urn:second")
    assert short(ask(PLAIN, PLAIN, again)) == [
        "wider urn:b p", "equivalent urn:b q", "equivalent urn:b q"
    ]  # fmt: skip
