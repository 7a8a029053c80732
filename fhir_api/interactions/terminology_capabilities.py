"""capabilities, mode=terminology: the code systems known here, and what is answered about them.

http://hl7.org/fhir/R4/terminologycapabilities.html. Public, the same for everyone, made once: what
clients have stored is not named.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from ehr.fhir.resource import dump
from ehr.terminology.shipped import versions
from fhir_api.operations.expand import PARAMETERS
from fhir_api.operations.registry import OPERATIONS


@lru_cache(maxsize=4)
def statement(base: str, published: str) -> bytes:
    """The TerminologyCapabilities of the service at `base`."""
    return dump(
        {
            "resourceType": "TerminologyCapabilities",
            "name": "Tram",
            "title": "Trạm",
            "status": "active",
            "date": published,
            "publisher": "Trạm",
            "kind": "instance",
            "software": {"name": "Trạm", "version": version("tram")},
            "implementation": {"description": "Health records of Hanoi's wards", "url": base},
            "lockedDate": False,
            "codeSystem": list(_code_systems()),
            **_operations(),
        }
    )


def _code_systems() -> Iterator[dict[str, Any]]:
    subsumption = _is_served("subsumes")
    for url, of in versions().items():
        told = {"version": [{"code": of, "isDefault": True}]} if of else {}
        yield {"uri": url, **told, "subsumption": subsumption}


def _operations() -> dict[str, Any]:
    """What the table of operations serves of those that this statement has a place for."""
    told: dict[str, Any] = {}
    if _is_served("expand"):
        told["expansion"] = {
            "hierarchical": False,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": name} for name in PARAMETERS],
            "textFilter": "Words of code, display and designations, without case and marks.",
        }
        told["codeSearch"] = "explicit"
    if _is_served("validate-code"):
        told["validateCode"] = {"translations": False}
    if _is_served("translate"):
        told["translation"] = {"needsMap": False}
    if _is_served("closure"):
        told["closure"] = {"translation": False}
    return told


def _is_served(name: str) -> bool:
    return any(one.name == name for one in OPERATIONS)
