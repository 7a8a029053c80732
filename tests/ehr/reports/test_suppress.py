"""Disclosure control: no small cell is shown, and none can be worked out."""

import random
from dataclasses import replace

import pytest
from fixtures.disclosure import CITY, Cell, Program, cells, determined
from fixtures.figures import city, tiny

from ehr.reports.counts import Counts
from ehr.reports.suppress.blocks import Hiding
from ehr.reports.suppress.groups import group
from ehr.reports.suppress.plan import Plan, plan

THRESHOLD = 5


def shown_small(made: Plan) -> list[Cell]:
    """Cells of 1 to 4 that are not hidden."""
    return [n for n, (value, hidden) in cells(made).items() if 0 < value < 5 and not hidden]


def too_narrow(made: Plan) -> list[tuple[Cell, object, object]]:
    """Hidden small cells of which a reader with linear programming learns too much.

    A total or margin must leave every value from 1 to 4 possible. A cell of age × sex may be
    bounded by the margins beside it, but not so that it is known to be small.
    """
    program = Program(made)
    found = []
    for name, (value, hidden) in cells(made).items():
        if hidden and 0 < value < THRESHOLD:
            low, high = program.reach(name)
            free = low <= 1 and (high is None or high >= THRESHOLD - 1)
            if not free and not (isinstance(name[1], int) and (high is None or high >= THRESHOLD)):
                found.append((name, low, high))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_nothing_follows_from_few_visits(seed: int) -> None:
    """Where nearly everything is small, by exact elimination and linear programming."""
    made = plan(tiny(random.Random(seed)), THRESHOLD)
    published = cells(made)
    assert shown_small(made) == []
    assert determined(published) == set()
    if not made.nothing:
        assert too_narrow(made) == []


@pytest.mark.parametrize(("wards", "visits"), [(3, 75), (3, 300), (12, 40), (12, 400)])
def test_nothing_follows_for_some_wards(wards: int, visits: int) -> None:
    made = plan(city(random.Random(wards), range(1, wards + 1), visits), THRESHOLD)
    assert shown_small(made) == []
    assert determined(cells(made)) == set()
    assert not any(made.hides_total(ward) for ward in range(1, wards + 1))


@pytest.mark.slow
@pytest.mark.parametrize("visits", [400, 6000])
def test_nothing_follows_for_the_whole_city(visits: int) -> None:
    made = plan(city(random.Random(1), range(1, 127), visits), THRESHOLD)
    assert shown_small(made) == []
    assert determined(cells(made)) == set()


def test_the_same_counts_make_the_same_tables() -> None:
    """Whatever the order they come in."""
    counts = city(random.Random(2), range(1, 8), 60)
    shuffled = Counts(
        dict(reversed(counts.age_sex.items())),
        dict(reversed(counts.chapter.items())),
        dict(reversed(counts.insurance.items())),
    )
    first, second = cells(plan(counts, THRESHOLD)), cells(plan(shuffled, THRESHOLD))
    assert {n: first[n] for n in first} == {n: second[n] for n in first}


def test_little_is_lost_where_there_are_many_visits() -> None:
    """Of the cells that need not be hidden, few are."""
    made = plan(city(random.Random(1), range(1, 127), 6000), THRESHOLD)
    margins = [
        (value, hidden)
        for name, (value, hidden) in cells(made).items()
        if value >= THRESHOLD and not isinstance(name[1], int)
    ]
    assert sum(hidden for _, hidden in margins) < 0.08 * len(margins)


def world(rows: dict[int, dict[tuple[int, int], int]]) -> Counts:
    """Counts whose visits have one chapter and are all insured."""
    whole = {ward: {1: sum(cells.values())} for ward, cells in rows.items()}
    return Counts(rows, whole, whole)


def test_a_month_of_four_visits_shows_nothing() -> None:
    made = plan(world({1: {(1, 1): 3, (1, 2): 1}, 2: {}}), THRESHOLD)
    assert all(hidden for _, hidden in cells(made).values())


def test_a_month_without_a_visit_is_all_zeros() -> None:
    made = plan(world({1: {}, 2: {}}), THRESHOLD)
    assert set(cells(made).values()) == {(0, False)}


def test_a_small_ward_is_hidden_with_a_companion() -> None:
    made = plan(world({1: {(1, 1): 3}, 2: {(1, 1): 9}, 3: {(1, 1): 40}, 4: {}}), THRESHOLD)
    assert [made.hides_total(ward) for ward in (1, 2, 3, 4)] == [True, True, False, False]
    assert not made.hides_cell(3, 1, 1)
    assert cells(made)[CITY, "total"] == (52, False)


def test_one_ward_says_no_more_than_the_city() -> None:
    """Where one ward has all the visits, its table and the city's are the same."""
    made = plan(world({1: {(1, 1): 30, (1, 2): 2, (2, 1): 20, (2, 2): 9}, 2: {}}), THRESHOLD)
    published = cells(made)
    for name, (value, hidden) in published.items():
        if name[0] == 1:
            assert published[(CITY, *name[1:])] == (value, hidden)
    assert published[CITY, 1, 2] == (2, True)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, set()),
        ({1: 0, 2: 5}, set()),
        ({1: 4, 2: 5, 3: 6}, {1, 2}),
        ({1: 1, 2: 1, 3: 9, 4: 90}, {1, 2, 3}),
        ({1: 1, 2: 4, 3: 9}, {1, 2}),
        ({1: 2, 2: 2, 3: 0}, None),
        ({1: 3}, None),
        ({1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, None),
    ],
)
def test_small_totals_are_hidden_with_the_smallest_others(
    values: dict[int, int], expected: set[int] | None
) -> None:
    assert group(values, THRESHOLD) == expected


def test_a_block_is_the_cheapest_and_serves_again() -> None:
    """Rows 1 and 2 have a small cell each: one block of theirs protects both."""
    table = {
        1: {1: (2,), 2: (50,), 3: (60,)},
        2: {1: (3,), 2: (70,), 3: (80,)},
        3: {1: (40,), 2: (80,), 3: (70,)},
    }
    hiding = Hiding(table, THRESHOLD)
    assert hiding.protect()
    assert hiding.hidden == {(1, 1), (1, 2), (2, 1), (2, 2)}


def test_a_table_of_one_row_cannot_be_protected() -> None:
    assert not Hiding({1: {1: (2,), 2: (50,)}}, THRESHOLD).protect()


def test_visits_move_within_their_stratum_only() -> None:
    """Of the two rows beside, only the one with women can have given the woman."""
    table = {
        1: {1: (0, 1), 2: (0, 30)},
        2: {1: (20, 0), 2: (20, 0)},
        3: {1: (0, 20), 2: (0, 50)},
    }
    hiding = Hiding(table, THRESHOLD)
    assert hiding.protect()
    assert hiding.hidden == {(1, 1), (1, 2), (3, 1), (3, 2)}


def test_the_check_finds_what_naive_hiding_gives_away() -> None:
    """The reader's tools see through a plan that hides small cells only."""
    counts = city(random.Random(3), range(1, 4), 60)
    made = plan(counts, THRESHOLD)
    naive = {name: (value, 0 < value < 5) for name, (value, _) in cells(made).items()}
    assert determined(naive)
    assert replace(made, grouped=frozenset({1})).hides_total(1)
