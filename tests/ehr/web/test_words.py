"""Errors as ward staff read them."""

import pytest

from ehr import errors
from ehr.errors import EhrError, Issue
from ehr.web.words import STATUSES, refusal, status_of


def every_error() -> list[type[EhrError]]:
    found, todo = [], [EhrError]
    while todo:
        below = todo.pop().__subclasses__()
        found += [kind for kind in below if kind.__module__ == "ehr.errors"]
        todo += below
    return found


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_and_words_that_are_not_ours(kind: type[EhrError]) -> None:
    error = kind("secret text of the server")
    assert 400 <= status_of(error) <= 503
    assert refusal(error)["message"]
    assert "secret" not in str(refusal(error))


def test_the_table_has_no_stranger() -> None:
    assert set(STATUSES) <= set(every_error())


@pytest.mark.parametrize(
    ("path", "details", "message"),
    [
        ("vitals.pulse", "out-of-range", "Mạch: ngoài khoảng có thể."),
        ("drugs[1].days", "out-of-range", "Thuốc 2: ngoài khoảng có thể."),
        ("diagnoses[0].code", "too-coarse", "Chẩn đoán 1: mã này còn mã chi tiết hơn"),
        ("ward", "not-your-ward", "Tài khoản này không làm việc ở phường, xã đó."),
        ("cccd", "malformed", "Số CCCD: chưa đúng dạng."),
    ],
)
def test_a_fault_names_its_field(path: str, details: str, message: str) -> None:
    issue = Issue("value", "x", expression=path, details=details)
    answer = refusal(errors.Unprocessable(issues=(issue,)))
    assert answer["message"].startswith(message)
    assert (answer["field"], answer["error"]) == (path, details)
