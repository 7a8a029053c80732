"""Numbers that no person has."""

from collections import Counter
from datetime import date

from seed.chance import stream
from seed.numbers import PersonalIds, insurance_number, phone


def test_a_personal_id_says_no_province_and_the_true_sex_and_year() -> None:
    ids = PersonalIds(1)
    assert ids.next("male", date(1958, 2, 1)).startswith("099058")
    assert ids.next("female", date(1958, 2, 1)).startswith("099158")
    assert ids.next("male", date(2020, 2, 1)).startswith("099220")
    assert ids.next("female", date(2020, 2, 1)).startswith("099320")


def test_personal_ids_are_never_given_twice_across_wards() -> None:
    given = []
    for ward in (1, 2, 63, 126):
        ids = PersonalIds(ward)
        given += [ids.next("male", date(1980, 1, 1)) for _ in range(7936)]
    assert len(set(given)) == len(given)
    assert all(len(each) == 12 and each.isdigit() for each in given)


def test_the_last_digits_are_spread() -> None:
    ids = PersonalIds(1)
    tails = Counter(ids.next("male", date(year, 1, 1))[-4:] for year in range(1930, 2020))
    assert max(tails.values()) <= 2


def test_insurance_numbers_are_of_no_province_and_differ() -> None:
    numbers = {insurance_number(ward, n) for ward in (1, 126) for n in range(1, 5000)}
    assert len(numbers) == 9998
    assert all(len(each) == 10 and each.startswith("99") for each in numbers)


def test_phones_begin_with_a_prefix_that_was_withdrawn() -> None:
    chance = stream(1, "phone")
    assert all(phone(chance).startswith("010") and len(phone(chance)) == 10 for _ in range(50))
