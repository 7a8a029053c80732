"""The tables of diseases: every code is one that ward staff may use."""

import pytest

from ehr.terminology import lookup
from seed import programmes
from seed.chance import stream
from seed.epidemiology import Condition, band, conditions, count, pneumonia, risk, season


@pytest.mark.parametrize("condition", conditions(), ids=lambda condition: condition.code)
def test_codes_and_drugs_are_in_the_lists(condition: Condition) -> None:
    known = lookup.diagnoses()[condition.code]
    assert not known.unusable
    assert not known.never_main
    assert known.sex in (None, condition.sex)
    assert condition.also is None or condition.also in lookup.diagnoses()
    lists = condition.adult + condition.child
    assert lists
    assert {code for each in lists for code in each} <= set(lookup.drugs())
    assert len(season(condition.season)) == 12


def test_programmes_use_known_codes_and_drugs() -> None:
    for programme in (rare.programme for rare in programmes._rare()):
        assert set(programme.codes) <= set(lookup.diagnoses())
        assert {code for step in programme.ladder for code in step} <= set(lookup.drugs())


def test_small_children_are_ill_most_often() -> None:
    yearly = [risk(number, "male").yearly for number in range(5)]
    assert yearly[1] == max(yearly)
    assert all(1 < each < 3.5 for each in yearly)


def test_bands_are_those_of_the_reports() -> None:
    assert [band(age) for age in (0, 1, 4, 5, 14, 15, 59, 60, 99)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_men_have_no_disease_of_women() -> None:
    chance = stream(1, "men")
    drawn = {conditions()[risk(3, "male").conditions.draw(chance)].code for _ in range(3000)}
    assert "N76.0" not in drawn


def test_counts_have_the_mean_asked_for() -> None:
    chance = stream(1, "poisson")
    assert sum(count(chance, 1.7) for _ in range(5000)) / 5000 == pytest.approx(1.7, abs=0.06)


def test_pneumonia_is_what_people_are_sent_to_hospital_for() -> None:
    assert pneumonia().refer > 0
