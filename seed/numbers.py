"""Numbers that no person has: personal ids, insurance numbers and phones of test residents.

CCCD begin with 099, which is no province; the century, sex and year digits are true
(Nghị định 70/2024/NĐ-CP). Insurance numbers carry 99 where the
province stands. Phones begin with 010: mobile numbers under 01 ended in 2018, when the
Ministry of Information and Communications moved them to 03, 05, 07 and 08.
"""

from collections import defaultdict
from datetime import date
from random import Random

from seed.names import Sex

NO_PROVINCE = "099"
_SERIALS = 1_000_000
_OF_A_WARD = _SERIALS // 126
"""Serials of one ward within one sex and year of birth: 126 wards share a million."""
_STRIDE = 611_953
"""Prime to a million, so that multiplying by it scatters serials and never meets one twice."""
_STRIDE_OF_GROUP = 104_729
"""Shifts each group, so that the first-born of all years do not share their last digits."""


class PersonalIds:
    """Hands out the CCCD of one ward's residents, each once; always in the same order."""

    def __init__(self, ward: int) -> None:
        self._first = (ward - 1) % 126 * _OF_A_WARD
        self._given: dict[str, int] = defaultdict(int)

    def next(self, sex: Sex, born: date) -> str:
        """Twelve digits for someone of a sex and a birthday."""
        group = f"{(born.year // 100 - 19) * 2 + (sex == 'female')}{born.year % 100:02d}"
        place = self._first + self._given[group]
        serial = (place * _STRIDE + int(group) * _STRIDE_OF_GROUP) % _SERIALS
        self._given[group] += 1
        return f"{NO_PROVINCE}{group}{serial:06d}"


def insurance_number(ward: int, ordinal: int) -> str:
    """A ten-digit BHXH number of province 99, unique among a million residents of 126 wards."""
    serial = ((ward - 1) * 790_000 + ordinal) * 61_195_301 % 100_000_000
    return f"99{serial:08d}"


def insurance_card(kind: str, number: str) -> str:
    """The fifteen characters that cards bore before April 2021: kind, benefit, province, number."""
    benefit = {"HT": 3, "TE": 1, "DN": 4, "GD": 4}[kind]
    return f"{kind}{benefit}99{number}"


def phone(chance: Random) -> str:
    """Ten digits that no operator assigns."""
    return f"010{chance.randrange(10_000_000):07d}"
