"""Extension: it has a value or extensions, never both (ext-1)."""

from typing import Any

from ehr.fhir.checker.shapes import Fault, State


def check(extension: dict[str, Any], _state: State) -> list[Fault] | None:
    """The fault of an extension with both or neither, or None."""
    has_value = any(key.startswith(("value", "_value")) for key in extension)
    if has_value is not ("extension" in extension):
        return None
    text = "both a value and extensions" if has_value else "neither a value nor extensions"
    return [("", "invariant", f"has {text} (ext-1)")]
