"""The list of wards, and what is made of it."""

from collections import Counter

from seed import wards


def test_there_are_51_wards_and_75_communes_numbered_in_order() -> None:
    found = wards.all_wards()
    assert [ward.id for ward in found] == list(range(1, 127))
    assert Counter(ward.kind for ward in found) == {"phuong": 51, "xa": 75}
    assert [ward.code for ward in found] == sorted(ward.code for ward in found)


def test_the_pilot_wards_have_the_codes_of_the_official_list() -> None:
    assert wards.ward("00004").name == "Ba Đình"
    assert wards.ward("00145").name == "Long Biên"
    assert wards.ward("00592").name == "Từ Liêm"


def test_each_place_on_the_tile_map_is_taken_once() -> None:
    places = [(ward.tile_col, ward.tile_row) for ward in wards.all_wards()]
    assert len(set(places)) == 126


def test_each_ward_has_an_organization_and_a_location_of_the_same_id() -> None:
    made = Counter((resource["resourceType"], resource["id"]) for resource in wards.resources())
    assert len(made) == 252
    assert ("Organization", "ward-00004") in made
    assert ("Location", "ward-00004") in made
