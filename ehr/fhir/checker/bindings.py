"""Bindings that must be kept (http://hl7.org/fhir/R4/terminologies.html#required).

Those are the required ones, and the widest value set that a weaker one may not leave
(http://hl7.org/fhir/R4/extension-elementdefinition-maxvalueset.html): all languages, units of
time and of length, types of media. What has no list is held to its grammar.
"""

from collections.abc import Callable
from typing import Any

from ehr.fhir import definitions
from ehr.fhir.checker.primitives import Format, Wrong, quoted
from ehr.fhir.checker.shapes import Check, Fault, Shape, State, check_object
from ehr.fhir.grammars import GRAMMARS

_MOST_SHOWN = 12


def coded(form: Format, value_set: str) -> Format:
    """`form`, and the code must be in the value set."""
    systems = definitions.codes(value_set)
    if systems is None:
        return _formed(form, value_set)
    allowed = frozenset(code for codes in systems.values() for code in codes)
    wanted = _listed(allowed, value_set)

    def check(value: Any) -> Wrong | None:
        if type(value) is str and value in allowed:
            return None
        return form(value) or ("code-invalid", f"must be {wanted}, which {quoted(value)} is not")

    return check


def _formed(form: Format, value_set: str) -> Format:
    grammar = GRAMMARS[value_set]
    holds, wanted = grammar.holds, grammar.wanted

    def check(value: Any) -> Wrong | None:
        wrong = form(value)
        if wrong is not None or holds(value):
            return wrong
        return "code-invalid", f"must be {wanted}, which {quoted(value)} is not"

    return check


def _listed(allowed: frozenset[str], value_set: str) -> str:
    if len(allowed) > _MOST_SHOWN:
        return f"a code of {value_set}"
    return f"one of {', '.join(sorted(allowed))}"


def coded_concept(of: Shape, value_set: str, *, is_required: bool) -> Check:
    """A CodeableConcept of which one coding must be in the value set.

    Text alone will do, and an extension, where the binding itself is weaker than required.
    """
    holds, wanted = _members(value_set)

    def check(value: Any, _holder: dict[str, Any], state: State) -> list[Fault] | None:
        faults = check_object(value, of, state)
        if faults is not None:
            return faults
        codings = value.get("coding", ())
        if any(holds(coding.get("system"), coding.get("code")) for coding in codings):
            return None
        if not is_required and not any("code" in coding for coding in codings):
            return None
        return [("", "code-invalid", f"must have a coding with {wanted}, and its system")]

    return check


def _members(value_set: str) -> tuple[Callable[[Any, Any], bool], str]:
    """Whether a system and code are in the value set, and what it holds in words."""
    systems = definitions.codes(value_set)
    if systems is None:
        grammar = GRAMMARS[value_set]
        return (
            lambda system, code: system == grammar.system and code is not None
            and grammar.holds(code)
        ), grammar.wanted  # fmt: skip
    known = systems
    allowed = frozenset(code for codes in known.values() for code in codes)
    return lambda system, code: code in known.get(system, ()), _listed(allowed, value_set)


def measured(value_set: str) -> Callable[[dict[str, Any], State], list[Fault] | None]:
    """The check of an Age, Duration or Distance: its unit must be in the value set.

    That it has a unit, of UCUM, is an invariant of the type.
    """
    grammar = GRAMMARS[value_set]
    holds, wanted = grammar.holds, grammar.wanted

    def check(quantity: dict[str, Any], _state: State) -> list[Fault] | None:
        code = quantity.get("code")
        if type(code) is not str or holds(code):
            return None
        return [(".code", "code-invalid", f"must be {wanted}, which {quoted(code)} is not")]

    return check
