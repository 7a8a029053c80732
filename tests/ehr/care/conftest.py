"""Three wards with their stations and staff, as records; and residents of two of them."""

from collections.abc import Awaitable, Callable

import pytest
from fixtures import callers

from ehr.access import Access, Verb
from ehr.care.build import directory
from ehr.care.documents import RegisterPatient
from ehr.care.register_patient import register_patient
from ehr.db import Database
from ehr.directory.wards import all_wards
from ehr.ingest.change import Change
from ehr.ingest.save import save

Register = Callable[..., Awaitable[str]]


async def build_stations(db: Database) -> Database:
    """Store the Organization, Location and a clinician of every ward."""
    built = [directory.health_department()]
    for ward in await all_wards(db):
        built += [
            directory.ward_organization(ward),
            directory.ward_location(ward),
            directory.practitioner(f"clinician-{ward.id}", "Lê Thị Hà", "female"),
        ]
    built.append(directory.hospital_organization("bachmai", "Bệnh viện Bạch Mai"))
    changes = [Change(Verb.CREATE, each["resourceType"], each["id"], each) for each in built]
    async with db.transaction(callers.system()) as tx:
        await save(tx, changes, access=callers.system())
    return db


@pytest.fixture
async def stations(db: Database) -> Database:
    """The database with the stations, rolled back after the test."""
    return await build_stations(db)


@pytest.fixture
async def open_stations(committed: Database) -> Database:
    """A database of its own with the stations, in which commits count."""
    return await build_stations(committed)


@pytest.fixture
def register(stations: Database) -> Register:
    """Register a resident as a clinician of a ward; the id."""

    async def one(number: int, access: Access | None = None, **fields: object) -> str:
        values: dict[str, object] = {
            "id": f"00000000-0000-4000-8000-{number:012}",
            "name": "Nguyễn Thị Đào",
            "sex": "female",
            "birth_date": "1958-02-01",
        }
        document = RegisterPatient(**(values | fields))  # type: ignore[arg-type] # a table of fields
        caller = access or callers.clinician()
        async with stations.transaction(caller) as tx:
            return (await register_patient(tx, document, access=caller)).id

    return one
