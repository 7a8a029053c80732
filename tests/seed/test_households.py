"""Households: size, kin, and the age pyramid of the city."""

from collections import Counter
from datetime import date

import pytest

from seed.chance import stream
from seed.households import Member, household

TODAY = date(2026, 11, 23)
PYRAMID = {0: 16.2, 10: 14.4, 20: 13.3, 30: 16.8, 40: 14.9, 50: 11.1, 60: 8.9, 70: 4.2}
"""Per cent of Hanoi in ten years of age: census of 2019, carried forward (judgement)."""


@pytest.fixture(scope="module")
def city() -> list[list[Member]]:
    return [household(stream(1, "test", number), TODAY) for number in range(6000)]


def test_households_are_as_large_as_in_the_census(city: list[list[Member]]) -> None:
    sizes = [len(members) for members in city]
    assert sum(sizes) / len(sizes) == pytest.approx(3.35, abs=0.2)
    assert max(sizes) <= 8


def test_ages_follow_the_pyramid(city: list[list[Member]]) -> None:
    people = [member for members in city for member in members]
    found = Counter((TODAY - member.born).days // 3652 * 10 for member in people)
    for since, share in PYRAMID.items():
        assert 100 * found[since] / len(people) == pytest.approx(share, abs=3.2), since


def test_about_half_are_women(city: list[list[Member]]) -> None:
    people = [member for members in city for member in members]
    women = sum(member.sex == "female" for member in people) / len(people)
    assert women == pytest.approx(0.507, abs=0.015)


def test_children_have_a_mother_of_an_age_to_have_them(city: list[list[Member]]) -> None:
    for members in city:
        for member in members:
            if member.mother is not None:
                mother = members[member.mother]
                assert mother.sex == "female"
                assert 18.5 * 365 < (member.born - mother.born).days < 46 * 365


def test_birthdays_do_not_pile_up(city: list[list[Member]]) -> None:
    births = Counter(member.born for members in city for member in members)
    assert max(births.values()) < 12
