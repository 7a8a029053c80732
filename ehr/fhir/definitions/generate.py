"""Make the committed definitions from HL7's package; run once per FHIR version.

    python -m ehr.fhir.definitions.generate [PACKAGE.tgz]

PACKAGE.tgz is npm's `hl7.fhir.r4.examples` 4.0.1 (CC0, see LICENSE here), which holds HL7's
definitions and its example instances; without it, `npm pack` fetches it. The same package
always gives the same bytes: entries are sorted, one a line, so that a change can be read.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ehr.fhir.definitions.expansion import Expansion
from ehr.fhir.definitions.structures import structures
from ehr.fhir.profiles.definition import is_profile, of_structure

PACKAGE = "hl7.fhir.r4.examples@4.0.1"
FOLDER = Path(__file__).parent

Content = Mapping[str, list[dict[str, Any]]]
"""Resources of the package by type, in the order of their file names."""


def main(arguments: list[str]) -> int:
    """Write every definition file; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(arguments[0]) if arguments else _fetch(Path(folder))
        content = read(package)
    for name, entries in definitions(content).items():
        _write(FOLDER / name, entries)
    return 0


def _fetch(folder: Path) -> Path:
    subprocess.run(  # noqa: S603 - a fixed command
        ["npm", "pack", "--silent", PACKAGE],  # noqa: S607 - npm is where the developer has it
        cwd=folder,
        check=True,
        timeout=300,
    )
    return next(folder.glob("*.tgz"))


def read(package: Path) -> Content:
    """The resources in the package."""
    content: dict[str, list[dict[str, Any]]] = {}
    with tarfile.open(package) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            opened = archive.extractfile(member)
            if opened is None or not member.name.endswith(".json"):
                continue
            resource = json.load(opened)
            if "resourceType" in resource and "id" in resource:
                content.setdefault(resource["resourceType"], []).append(resource)
    return content


def definitions(content: Content) -> dict[str, dict[str, Any]]:
    """File name → entries by key, all that is committed beside this script."""
    shapes = structures(content["StructureDefinition"])
    return {
        "structures.json": shapes,
        "resource_types.json": numbered(shapes, _read(FOLDER / "resource_types.json")),
        "codes.json": _codes(content, shapes),
        "search_parameters.json": dict(_search_parameters(content["SearchParameter"])),
        "compartments.json": dict(_compartments(content["CompartmentDefinition"])),
        "operations.json": dict(_operations(content["OperationDefinition"])),
        "profiles.json": dict(profiles(content["StructureDefinition"])),
    }


def profiles(found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """URL → what `ehr.fhir.profiles` judges by, of every profile and extension."""
    for one in sorted(found, key=lambda one: str(one["url"])):
        if is_profile(one):
            yield one["url"], msgspec.to_builtins(of_structure(one))


def numbered(shapes: Mapping[str, Any], known: Mapping[str, int]) -> dict[str, int]:
    """Resource type → smallint; a type keeps its number for ever, new ones are appended."""
    concrete = (name for name, shape in shapes.items() if shape.get("kind") == "resource")
    new = sorted(set(concrete) - set(known))
    start = max(known.values(), default=0) + 1
    return dict(known) | {name: number for number, name in enumerate(new, start)}


def _codes(content: Content, shapes: Mapping[str, Any]) -> dict[str, Any]:
    """Value set → its codes; those that the package cannot list are kept by hand."""
    elsewhere = _read(FOLDER / "elsewhere.json")
    listed = Expansion(content["ValueSet"], content["CodeSystem"]).required(shapes)
    return {url: codes or elsewhere.get(url) for url, codes in listed.items()}


_PARAMETER = ("url", "code", "type", "base", "expression", "target", "component")


def _search_parameters(found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those of the specification; the 24 experimental ones are examples and extensions."""
    for parameter in sorted(found, key=lambda parameter: str(parameter["id"])):
        if not parameter["experimental"]:
            yield parameter["id"], {key: parameter[key] for key in _PARAMETER if key in parameter}


def _compartments(found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Compartment → resource type → the parameters that put a resource into it."""
    for compartment in found:
        if compartment["id"] != "example":
            yield (
                compartment["code"],
                {
                    member["code"]: member["param"]
                    for member in compartment["resource"]
                    if member.get("param")
                },
            )


_OPERATION = ("url", "code", "affectsState", "resource", "system", "type", "instance")
_OPERATION_PARAMETER = ("name", "use", "min", "max", "type", "searchType")


def _operations(found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for operation in found:
        if operation["id"] != "example":
            entry = {key: operation[key] for key in _OPERATION if key in operation}
            entry["parameter"] = [
                {key: parameter[key] for key in _OPERATION_PARAMETER if key in parameter}
                for parameter in operation.get("parameter", [])
            ]
            yield operation["id"], entry


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_bytes()) if path.exists() else {}


def _write(path: Path, entries: Mapping[str, Any]) -> None:
    """One JSON object, one entry a line."""
    lines = (
        f"{json.dumps(key)}:{json.dumps(entry, ensure_ascii=False, separators=(',', ':'))}"
        for key, entry in entries.items()
    )
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
