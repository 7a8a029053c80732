"""The search box: who is found, by whom, and in which order."""

from collections.abc import Awaitable, Callable

import pytest
from fixtures import callers

from ehr.access import Access
from ehr.care.documents import Address
from ehr.care.find_residents import find_residents
from ehr.db import Database
from ehr.errors import Forbidden

Register = Callable[..., Awaitable[str]]


@pytest.fixture
async def residents(stations: Database, register: Register) -> Database:
    await register(
        1,
        name="Nguyễn Thị Đào",
        cccd="099158000123",
        bhyt="GD4010123456789",
        phone="+84 912 345 678",
        address=Address(line="Số 5", hamlet="Tổ 4"),
    )
    await register(2, name="Nguyễn Thị Dao", birth_date="1990-05-01", bhyt="0912345678")
    await register(3, name="Đào Văn Nguyên", sex="male", birth_date="1958")
    await register(4, name="Lý Thị Hoà", birth_date="2001-01-01")
    await register(
        5, callers.clinician(callers.NGOC_HA), name="Nguyễn Thị Đào", cccd="099158000999"
    )
    return stations


async def names(db: Database, text: str, access: Access | None = None) -> list[str]:
    found = await find_residents(db, text, access=access or callers.clinician())
    return [one.name for one in found.value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nguyen thi", ["Nguyễn Thị Dao", "Nguyễn Thị Đào"]),
        ("thi nguyen", ["Nguyễn Thị Dao", "Nguyễn Thị Đào"]),
        ("Nguyễn Thị Đào", ["Nguyễn Thị Đào", "Nguyễn Thị Dao"]),
        ("dao nguyen", ["Nguyễn Thị Dao", "Nguyễn Thị Đào", "Đào Văn Nguyên"]),
        ("NGUYEN DAO 1958", ["Nguyễn Thị Đào", "Đào Văn Nguyên"]),
        ("hòa", ["Lý Thị Hoà"]),
        ("li hoa", ["Lý Thị Hoà"]),
        ("ly hoa", ["Lý Thị Hoà"]),
        ("099158000123", ["Nguyễn Thị Đào"]),
        ("099158000123|…|Nguyen Thi Dao|01021958", ["Nguyễn Thị Đào"]),
        ("GD4010123456789", ["Nguyễn Thị Đào"]),
        ("0912 345 678", ["Nguyễn Thị Dao", "Nguyễn Thị Đào"]),
        ("0123", ["Nguyễn Thị Đào"]),
        ("5678", ["Nguyễn Thị Đào"]),
        ("1990", ["Nguyễn Thị Dao"]),
        ("099158000999", []),
        ("xuan", []),
        ("%", []),
        ("", []),
    ],
)
async def test_a_resident_is_found(residents: Database, text: str, expected: list[str]) -> None:
    found = await names(residents, text)
    assert sorted(found) == sorted(expected)
    if text != "0912 345 678":
        assert found == expected


async def test_a_row_tells_people_of_one_name_apart(residents: Database) -> None:
    found = await find_residents(residents, "099158000123", access=callers.clinician())
    (row,) = found.value
    assert len(found.patients) == 1
    assert (row.birth_date, row.cccd_tail, row.hamlet) == ("1958-02-01", "123", "Tổ 4")


async def test_only_as_many_as_asked(residents: Database) -> None:
    found = await find_residents(residents, "thi", access=callers.clinician(), limit=1)
    assert len(found.value) == len(found.patients) == 1


async def test_each_ward_finds_its_own(residents: Database) -> None:
    ngoc_ha = callers.clinician(callers.NGOC_HA)
    assert await names(residents, "099158000123", ngoc_ha) == []
    assert await names(residents, "dao", ngoc_ha) == ["Nguyễn Thị Đào"]
    both = callers.several(callers.BA_DINH, callers.NGOC_HA)
    assert (await names(residents, "nguyen thi dao", both)).count("Nguyễn Thị Đào") == 2


@pytest.mark.parametrize(
    "access",
    [callers.nobody(), callers.analyst(), callers.hospital(), callers.system()],
    ids=["nobody", "the city analyst", "a hospital", "the system"],
)
async def test_nobody_else_may_search_so(residents: Database, access: Access) -> None:
    with pytest.raises(Forbidden):
        await find_residents(residents, "nguyen", access=access)
