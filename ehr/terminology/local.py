"""The lists of a ward clinic as code systems: diagnoses, findings, drugs, vaccines, places, money.

Each with its Vietnamese names. A `fragment` has what a ward clinic uses of a larger system.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ehr.fhir.definitions import codes
from ehr.terminology import lookup
from ehr.terminology.chapters import chapters
from ehr.terminology.concepts import CodeSystem, Concept, Designation
from ehr.terminology.systems import (
    ATC,
    CURRENCY,
    CVX,
    DRUG,
    ETHNICITY,
    ICD10,
    LOINC,
    PROVINCE,
    SERVICE_CATEGORY,
    VISIT_KIND,
    VN_ICD10,
    WARD,
)

Row = tuple[str, str, str]
"""(code, display, Vietnamese name)"""
_ATC_LEVELS = (1, 3, 4, 5)
"""Characters of the groups above a substance."""


def _vietnamese(name: str) -> tuple[Designation, ...]:
    return (Designation("vi", name),) if name else ()


def _listed(url: str, name: str, rows: Iterable[Row], content: str = "complete") -> CodeSystem:
    concepts = {
        code: Concept(code, display, designations=_vietnamese(vi)) for code, display, vi in rows
    }
    return CodeSystem(url, concepts, name=name, content=content)


def _named(rows: Mapping[str, str]) -> Iterator[Row]:
    return ((code, name, name) for code, name in rows.items())


def _loinc() -> CodeSystem:
    signs = ((one.loinc, one.display, one.vi) for one in lookup.vital_signs().values())
    others = ((one.code, one.display, one.vi) for one in lookup.loinc_codes())
    return _listed(LOINC, "LOINC", [*signs, *others], "fragment")


def _cvx() -> CodeSystem:
    rows = ((one.cvx, one.display, one.vi) for one in lookup.vaccines().values())
    return _listed(CVX, "CVX", rows, "fragment")


def _wards() -> CodeSystem:
    rows = ((row["code"], row["name"], row["name"]) for row in lookup.ward_rows())
    return _listed(WARD, "Phường, xã", rows, "fragment")


def _drugs() -> CodeSystem:
    concepts = {
        one.code: Concept(
            one.code,
            one.label,
            designations=_vietnamese(one.label),
            properties=(
                ("atc", "Code", one.atc),
                ("strength", "String", one.strength),
                ("form", "String", one.form),
                ("route", "String", one.route),
                ("group", "String", one.group),
            ),
        )
        for one in lookup.drugs().values()
    }
    return CodeSystem(DRUG, concepts, name="Thuốc của trạm")


def _atc() -> CodeSystem:
    """The substances of the drugs, each below the groups that its code spells out."""
    names = dict(lookup.atc_groups())
    names |= {one.atc: one.name for one in lookup.drugs().values()}
    concepts: dict[str, Concept] = {}
    for code in sorted(names):
        parent: tuple[str, ...] = ()
        for group in (code[:length] for length in _ATC_LEVELS if length < len(code)):
            concepts.setdefault(group, Concept(group, names.get(group), parents=parent))
            parent = (group,)
        concepts[code] = Concept(
            code,
            names[code],
            parents=parent,
            designations=_vietnamese(names[code] if len(code) > _ATC_LEVELS[1] else ""),
        )
    return CodeSystem(ATC, concepts, name="ATC", content="fragment")


def _icd10(url: str) -> CodeSystem:
    """The codes a ward clinic meets, below their categories and chapters."""
    concepts = {
        one.roman: Concept(one.roman, one.en, is_abstract=True, designations=_vietnamese(one.vi))
        for one in chapters()
    }
    for code, one in lookup.diagnoses().items():
        parent = code.partition(".")[0] if "." in code else None
        if parent is not None and parent not in lookup.diagnoses():
            concepts.setdefault(parent, Concept(parent, parents=_chapter(parent)))
        concepts[code] = Concept(
            code,
            one.en,
            None,
            (parent,) if parent else _chapter(code),
            one.unusable,
            designations=_vietnamese(one.vi),
            properties=tuple(_limits(one)),
        )
    return CodeSystem(url, concepts, name="ICD-10", content="fragment")


def _limits(one: lookup.Diagnosis) -> Iterator[tuple[str, str, object]]:
    """Where Thông tư 06/2026/TT-BYT limits the use of a code."""
    if one.never_main:
        yield "never-main", "Boolean", True
    if one.sex is not None:
        yield "sex", "Code", one.sex


def _chapter(category: str) -> tuple[str, ...]:
    return tuple(one.roman for one in chapters() if one.first <= category <= one.last)


def _currencies() -> CodeSystem:
    """The codes that a Money may have, without names."""
    known = codes("http://hl7.org/fhir/ValueSet/currencies") or {}
    return CodeSystem(CURRENCY, {one: Concept(one) for one in sorted(known[CURRENCY])})


SYSTEMS: Mapping[str, Callable[[], CodeSystem]] = {
    ICD10: lambda: _icd10(ICD10),
    VN_ICD10: lambda: _icd10(VN_ICD10),
    LOINC: _loinc,
    CVX: _cvx,
    ATC: _atc,
    CURRENCY: _currencies,
    DRUG: _drugs,
    ETHNICITY: lambda: _listed(ETHNICITY, "Dân tộc", _named(lookup.ethnicities())),
    VISIT_KIND: lambda: _listed(VISIT_KIND, "Loại khám chữa bệnh", _named(lookup.visit_kinds())),
    WARD: _wards,
    PROVINCE: lambda: _listed(
        PROVINCE, "Tỉnh, thành phố", [("01", "Hà Nội", "Hà Nội")], "fragment"
    ),
    SERVICE_CATEGORY: lambda: _listed(
        SERVICE_CATEGORY, "Service category", [("referral", "Referral", "Chuyển tuyến")]
    ),
}
"""Code system url → how it is made."""
