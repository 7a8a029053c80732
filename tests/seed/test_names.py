"""Names: frequencies, sexes, generations."""

from collections import Counter

import pytest

from ehr.i18n.names import parts
from seed import names
from seed.chance import stream


def test_family_names_are_as_frequent_as_in_the_north() -> None:
    chance = stream(1, "family")
    drawn = Counter(names.family(chance) for _ in range(20_000))
    share = {name: count / 200 for name, count in drawn.items()}
    assert share["Nguyễn"] == pytest.approx(38.4 / 1.01, abs=2)
    assert share["Trần"] == pytest.approx(11, abs=1.2)
    assert share["Lê"] == pytest.approx(9.5, abs=1.2)
    assert share["Phạm"] == pytest.approx(7.1, abs=1)
    assert sum(share[name] for name in ("Đỗ", "Đặng", "Đinh", "Đào", "Đoàn")) > 6


def test_most_old_women_are_called_thi_and_few_girls() -> None:
    def thi(year: int) -> float:
        chance = stream(1, "thi", year)
        drawn = [names.given(chance, "female", year) for _ in range(2000)]
        return sum(each.startswith("Thị") for each in drawn) / 2000

    assert thi(1950) > 0.8
    assert 0.4 < thi(1990) < 0.65
    assert thi(2018) < 0.2


def test_no_name_repeats_a_word_and_all_split_cleanly() -> None:
    chance = stream(1, "given")
    for year in (1945, 1972, 1991, 2016):
        for sex in ("female", "male"):
            for _ in range(300):
                given = names.given(chance, sex, year)
                assert len(set(given.split())) == len(given.split())
                assert parts(f"Nguyễn {given}").family == "Nguyễn"


def test_another_people_has_its_own_family_names() -> None:
    chance = stream(1, "people")
    assert {names.family(chance, "03") for _ in range(200)} == {"Lò", "Cà", "Quàng", "Lường"}
