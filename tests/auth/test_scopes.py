"""SMART scopes as a table."""

import pytest

from auth.scopes import rights

TABLE = [
    ("user/Patient.r", {"Patient": "r"}),
    ("user/Patient.rs", {"Patient": "rs"}),
    ("user/Patient.cruds", {"Patient": "cruds"}),
    ("user/*.cruds", {"*": "cruds"}),
    ("user/Patient.read", {"Patient": "rs"}),
    ("user/Patient.write", {"Patient": "cud"}),
    ("user/*.*", {"*": "cruds"}),
    ("user/*.read", {"*": "rs"}),
    ("user/Patient.r user/Patient.s user/Observation.c", {"Patient": "rs", "Observation": "c"}),
    ("openid user/Patient.r profile", {"Patient": "r"}),
    ("user/*.dus", {}),
    ("user/Patient.sr", {}),
    ("user/Patient.rr", {}),
    ("user/Patient.", {}),
    ("user/Patient", {}),
    ("user/Patient.x", {}),
    ("user/Patient.R", {}),
    ("user/Patient.reads", {}),
    ("user/patient.r", {}),
    ("user/.r", {}),
    ("user/**.r", {}),
    ("user/Observation.rs?x=y", {}),
    ("user/Observation.rs?category=laboratory", {}),
    ("user/Observation.rs?", {}),
    ("system/Patient.r", {}),
    ("patient/*.cruds", {}),
    ("USER/Patient.r", {}),
    ("user/Patient.r\n", {}),
    ("user/Pátient.r", {}),
    ("user\\Patient.r", {}),
    ("aggregate.read", {}),
    ("", {}),
]


@pytest.mark.parametrize(("scope", "expected"), TABLE)
def test_what_user_scopes_allow(scope: str, expected: dict[str, str]) -> None:
    found: dict[str, str] = {}
    for name, verb in rights(scope.split(" "), "user"):
        found[name] = found.get(name, "") + verb
    assert {name: sorted(letters) for name, letters in found.items()} == {
        name: sorted(letters) for name, letters in expected.items()
    }


def test_system_scopes_are_of_clients() -> None:
    assert rights(["system/Bundle.c", "user/Patient.r"], "system") == {("Bundle", "c")}
