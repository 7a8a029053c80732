"""UCUM units: what is one dimension, and how much of it."""

from fractions import Fraction

import pytest

from ehr.fhir.ucum import unit
from ehr.fhir.ucum.atoms import AFFINE, ATOMS, BASES, METRIC


@pytest.mark.parametrize(
    ("one", "times", "other"),
    [
        ("mg", "1000", "ug"),
        ("kg", "1000000", "mg"),
        ("cm", "10", "mm"),
        ("m", "100", "cm"),
        ("mol/L", "1000", "mmol/L"),
        ("umol/mL", "1", "mmol/L"),
        ("g/L", "100", "mg/dL"),
        ("mg/mL", "1", "g/L"),
        ("10*3/uL", "1", "10*9/L"),
        ("10^9/L", "1", "10*9/L"),
        ("kPa", "7.500638", "mm[Hg]"),
        ("Hz", "60", "/min"),
        ("a", "12", "mo"),
        ("wk", "7", "d"),
        ("1", "100", "%"),
        ("{score}", "1", "1"),
        ("mg{creat}", "1", "mg"),
        ("ml", "1", "mL"),
        ("m[iU]/mL", "1", "[iU]/L"),
        ("k[IU]/L", "1000", "[iU]/L"),
        ("meq/L", "1", "mmol/L"),
        ("(mg/L)/(mmol/L)", "1", "g/mol"),
        ("m/s2", "1", "m.s-2"),
        ("mL/(24.h)", "1", "mL/d"),
        ("kat", "60000000", "U"),
        ("[lb_av]", "453.59237", "g"),
        ("[acr_us]", "4046.872609874252", "m2"),
        ("mo_s", "29.53059", "d"),
        ("[nmi_i]", "1852", "m"),
        ("eV", "1.60217733e-19", "J"),
        ("[in_i'Hg]", "25.4", "mm[Hg]"),
        ("[psi]", "6894.757293168", "Pa"),
        ("[MET]", "3.5", "mL/min/kg"),
        ("KiBy", "8192", "bit"),
        ("dB[SPL]", "0.1", "B[SPL]"),
        ("''", "0.000277777777", "deg"),
    ],
)
def test_commensurable_units(one: str, times: str, other: str) -> None:
    found, expected = unit(one), unit(other)
    assert found is not None
    assert expected is not None
    assert found.code == expected.code
    assert float(found.factor / expected.factor) == pytest.approx(float(times), rel=1e-6)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("mg/dL", "mmol/L"), ("mol/L", "/L"), ("[iU]/L", "U/L"), ("kg", "m"), ("Cel", "%")),
        *(("[hp_C]", "[hp_X]"), ("B[V]", "B[W]"), ("[beth'U]", "1")),
    ],
)
def test_units_of_two_dimensions(one: str, other: str) -> None:
    first, last = unit(one), unit(other)
    assert first is not None
    assert last is not None
    assert first.code != last.code


def test_every_atom_of_ucum_is_a_unit() -> None:
    for code in {*ATOMS, *BASES, *AFFINE}:
        assert unit(code) is not None, code
    assert len({*ATOMS, *BASES, *AFFINE}) == 308
    for code in METRIC:
        assert unit(f"k{code}") is not None, code


def test_temperatures() -> None:
    for code, value in [
        ("Cel", 37),
        ("K", "310.15"),
        ("[degF]", "98.6"),
        ("[degR]", "558.27"),
        ("[degRe]", "29.6"),
    ]:
        found = unit(code)
        assert found is not None
        assert Fraction(value) * found.factor + found.offset == 37


@pytest.mark.parametrize(
    "code",
    ["", "x", "kk", "mg/", "/", "(mg", "mg)", "mg mg", "{a", "0", "mg/0", "mmm", "kmin", "viên",
     "a" * 100, "(" * 50 + "m" + ")" * 50, "m99999999999", "10*999999", "-1", "mg..L"],
)  # fmt: skip
def test_what_is_not_understood(code: str) -> None:
    assert unit(code) is None
