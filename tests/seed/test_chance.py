"""Chance that repeats itself."""

from seed.chance import Weighted, between, stable_id, stream


def test_a_stream_depends_on_its_number_and_path_alone() -> None:
    assert stream(1, "household", "00004", 3).random() == 0.970451569141309
    assert stream(1, "a", 2).random() != stream(1, "a", 3).random()
    assert stream(1, "a", 2).random() != stream(2, "a", 2).random()


def test_an_id_is_a_uuid_and_stays() -> None:
    assert stable_id(1954, "patient", "00004", 0, 0) == stable_id(1954, "patient", "00004", 0, 0)
    assert stable_id(1954, "patient", "00004", 0, 0)[14] == "5"
    assert stable_id(1954, "patient", "00004", 0, 0) != stable_id(1955, "patient", "00004", 0, 0)


def test_weights_decide_how_often() -> None:
    coin, chance = Weighted({"often": 9, "seldom": 1}), stream(7, "coin")
    often = sum(coin.draw(chance) == "often" for _ in range(2000))
    assert 1740 < often < 1860


def test_draws_far_out_do_not_pile_up_at_the_bounds() -> None:
    chance = stream(7, "tails")
    drawn = [between(chance, 0, 1, -0.5, 0.5) for _ in range(500)]
    assert all(-0.5 <= each <= 0.5 for each in drawn)
    assert len(set(drawn)) == 500
