"""Whether what Keycloak has is what is wanted, when it adds keys of its own."""

from typing import Any


def matches(wanted: Any, found: Any) -> bool:
    """Whether every key wanted is there with its value; lists of words are sets."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and matches(value, found[key]) for key, value in wanted.items()
        )
    if isinstance(wanted, list) and isinstance(found, list):
        if all(isinstance(value, str) for value in wanted + found):
            return sorted(wanted) == sorted(found)
        return len(wanted) == len(found) and all(map(matches, wanted, found))
    return bool(wanted == found)


def differing(wanted: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """The part of `wanted` that `found` does not have."""
    return {
        key: value
        for key, value in wanted.items()
        if key not in found or not matches(value, found[key])
    }
