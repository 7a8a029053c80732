"""The units themselves: UCUM's prefixes, and the atoms that laboratories and wards write; the
others are in `rare`.

https://ucum.org/ucum#section-Tables-of-Terminal-Symbols. Two things are not UCUM's: a mole is a
dimension of its own (UCUM counts particles, so that a mole would equal a number), and so is each
arbitrary unit, which can be compared with itself alone.
"""

from collections.abc import Mapping
from fractions import Fraction

from ehr.fhir.ucum import rare

_BINARY = {
    name: Fraction(2) ** power for name, power in (("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40))
}
PREFIXES: Mapping[str, Fraction] = {
    name: Fraction(10) ** power
    for name, power in {
        "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
        "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21,
        "y": -24,
    }.items()
} | _BINARY  # fmt: skip

ARBITRARY = frozenset(
    {
        *("[iU]", "[arb'U]", "[USP'U]", "[CFU]", "[PFU]", "[FFU]", "[TCID_50]", "[GPL'U]"),
        *("[MPL'U]", "[APL'U]", "[ELU]", "[Amb'a'1'U]", "[bdsk'U]", "[knk'U]", "[ka'U]"),
        *("[tb'U]", "[CCID_50]", "[Lf]", "[D'ag'U]", "[PNU]", "[mclg'U]", "[todd'U]", "[dye'U]"),
        *("[anti'Xa'U]", "[BAU]", "[AU]", "[EU]", "[pH]", "[HPF]", "[LPF]", "[drp]", "[Ch]"),
    }
)
BASES = frozenset({"m", "s", "g", "K", "cd", "rad", "C", "mol"}) | ARBITRARY | rare.ALONE

_ONE = Fraction(1)
ATOMS: Mapping[str, tuple[Fraction, str]] = {
    **rare.MEASURES,
    # metric
    "Hz": (_ONE, "/s"),
    "N": (_ONE, "kg.m/s2"),
    "Pa": (_ONE, "N/m2"),
    "J": (_ONE, "N.m"),
    "W": (_ONE, "J/s"),
    "A": (_ONE, "C/s"),
    "V": (_ONE, "J/C"),
    "F": (_ONE, "C/V"),
    "Ohm": (_ONE, "V/A"),
    "S": (_ONE, "A/V"),
    "Wb": (_ONE, "V.s"),
    "T": (_ONE, "Wb/m2"),
    "Bq": (_ONE, "/s"),
    "Gy": (_ONE, "J/kg"),
    "Sv": (_ONE, "J/kg"),
    "L": (_ONE, "dm3"),
    "l": (_ONE, "dm3"),
    "t": (Fraction(1000), "kg"),
    "bar": (Fraction(100_000), "Pa"),
    "m[Hg]": (Fraction(133_322), "Pa"),
    "m[H2O]": (Fraction(980_665, 100), "Pa"),
    "cal": (Fraction(4184, 1000), "J"),
    "kat": (_ONE, "mol/s"),
    "U": (_ONE, "umol/min"),
    "eq": (_ONE, "mol"),
    "osm": (_ONE, "mol"),
    "[IU]": (_ONE, "[iU]"),
    # not metric
    "%": (Fraction(1, 100), "10*0"),
    "[ppth]": (Fraction(1, 10**3), "10*0"),
    "[ppm]": (Fraction(1, 10**6), "10*0"),
    "[ppb]": (Fraction(1, 10**9), "10*0"),
    "min": (Fraction(60), "s"),
    "h": (Fraction(3600), "s"),
    "d": (Fraction(86_400), "s"),
    "wk": (Fraction(7), "d"),
    "mo": (Fraction(487, 16), "d"),
    "a": (Fraction(1461, 4), "d"),
    "deg": (Fraction("0.017453292519943295"), "rad"),
    "[in_i]": (Fraction(254, 100), "cm"),
    "[ft_i]": (Fraction(12), "[in_i]"),
    "[yd_i]": (Fraction(3), "[ft_i]"),
    "[mi_i]": (Fraction(5280), "[ft_i]"),
    "[lb_av]": (Fraction("453.59237"), "g"),
    "[oz_av]": (Fraction("28.349523125"), "g"),
    "[gal_us]": (Fraction(231), "[in_i]3"),
    "[foz_us]": (Fraction(1, 128), "[gal_us]"),
    "[diop]": (_ONE, "/m"),
    "[Cal]": (_ONE, "kcal"),
}
METRIC = frozenset(
    {
        *BASES - rare.ALONE - {"[HPF]", "[LPF]", "[drp]", "[Ch]", "[pH]"},
        *rare.ALONE_METRIC,
        *rare.METRIC_MEASURES,
        *("Hz", "N", "Pa", "J", "W", "A", "V", "F", "Ohm", "S", "Wb", "T", "Bq", "Gy", "Sv"),
        *("L", "l", "t", "bar", "m[Hg]", "m[H2O]", "cal", "kat", "U", "eq", "osm", "[IU]"),
    }
)
"""What takes a prefix."""

AFFINE: Mapping[str, tuple[Fraction, Fraction, str]] = {
    "Cel": (_ONE, Fraction(0), "Cel"),
    "K": (_ONE, Fraction("-273.15"), "Cel"),
    "[degF]": (Fraction(5, 9), Fraction(-160, 9), "Cel"),
    "[degR]": (Fraction(5, 9), Fraction("-273.15"), "Cel"),
    "[degRe]": (Fraction(5, 4), Fraction(0), "Cel"),
}
"""Temperatures do not begin at a common zero: (factor, offset, representative)."""

REPRESENTATIVES = (
    "kg", "cm", "mL", "min", "mm[Hg]", "/min", "%", "kg/m2", "mmol/L", "mg/dL", "U/L", "10*9/L",
)  # fmt: skip
"""What a dimension is counted in: as wards write it, so that most values are indexed once."""
