"""Everything that is built is valid R4: by our checker, and by fhir.resources beside it.

The R4B models are a second opinion (docs/decisions/care-plain-builders.md): every type built
here is in both, and none of the elements used differs between R4 and R4B.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module

import msgspec
import pytest

from ehr.care.build import directory
from ehr.care.build.context import Setting
from ehr.care.build.immunization import immunization
from ehr.care.build.patient import patient
from ehr.care.build.referral import service_request
from ehr.care.build.visit import visit
from ehr.care.documents import (
    Address,
    Diagnosis,
    Drug,
    RecordImmunization,
    RecordVisit,
    Refer,
    RegisterPatient,
    Vitals,
)
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.validate import check
from ehr.terminology import lookup

ID = "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a11"
NURSE = Setting("ward-00004", datetime(2026, 11, 23, 1, 30, tzinfo=UTC), "Practitioner/nurse")
NOBODY = Setting("ward-00004", datetime(2026, 11, 23, 1, 30, tzinfo=UTC))


@dataclass(frozen=True)
class BaDinh:
    code: str = "00004"
    name: str = "Ba Đình"
    kind: str = "phuong"
    organization_id: str = "ward-00004"


def drugs() -> tuple[Drug, ...]:
    listed = tuple(
        Drug(
            code=drug.code,
            name=drug.label,
            dose=drug.dose,
            unit=drug.unit,
            times_per_day=drug.times_per_day,
            days=drug.days,
            quantity=drug.dose * drug.times_per_day * drug.days,
            note="sau ăn",
        )
        for drug in lookup.drugs().values()
    )
    free = Drug(name="Thuốc nam", dose=1.5, unit="gói", times_per_day=2, days=3, quantity=9)
    return (*listed, free)


VITALS = Vitals(
    systolic=150,
    diastolic=95,
    pulse=76,
    temperature=36.8,
    respiration=18,
    spo2=98,
    weight=58,
    height=154.5,
    waist=82,
    glucose=7.1,
)
VISIT = RecordVisit(
    id=ID,
    patient="p1",
    reason="Tái khám",
    kind="05",
    insurance=True,
    start="2026-11-23T08:15",
    vitals=VITALS,
    diagnoses=tuple(
        Diagnosis(code=one.code, display=one.vi) for one in lookup.diagnoses().values()
    ),
    drugs=drugs(),
    advice="Ăn nhạt,\nđi bộ",
    next_date="2026-12-21",
)
PERSON = RegisterPatient(
    id=ID,
    name="Nguyễn Thị Đào",
    sex="female",
    birth_date="1958-02",
    cccd="099158000001",
    bhyt="GD4010123456789",
    phone="+84 912 345 678",
    address=Address(line="Số 5", hamlet="Tổ 4"),
    ethnicity="01",
    mother_name="Lê Thị B",
)
REFERRAL = Refer(
    id=ID,
    patient="p1",
    to="bachmai",
    reason="Đau ngực",
    visit="v1",
    urgency="urgent",
    diagnosis=Diagnosis(code="I20.9", display="Cơn đau thắt ngực"),
)
BARE_VISIT = RecordVisit(
    id=ID, patient="p1", reason="Xin giấy", insurance=False, vitals=Vitals(systolic=80)
)
BARE_PERSON = RegisterPatient(id=ID, name="Đào", sex="unknown", birth_date="1958")


def doses() -> list[Resource]:
    document = RecordImmunization(
        id=ID, patient="p1", vaccine="19", date="2026-11-20", dose=1, lot="L1"
    )
    return [
        immunization(msgspec.structs.replace(document, vaccine=cvx), NURSE)
        for cvx in lookup.vaccines()
    ]


BUILT: dict[str, list[Resource]] = {
    "visit": visit(VISIT, NURSE),
    "bare visit": visit(BARE_VISIT, NOBODY),
    "patient": [patient(PERSON, BaDinh()), patient(BARE_PERSON, BaDinh())],
    "immunization": doses(),
    "referral": [
        service_request(REFERRAL, NURSE),
        service_request(Refer(id=ID, patient="p1", to="bachmai", reason="Đau"), NOBODY),
    ],
    "directory": [
        directory.health_department(),
        directory.ward_organization(BaDinh()),
        directory.ward_location(BaDinh()),
        directory.hospital_organization("bachmai", "Bệnh viện Bạch Mai"),
        directory.practitioner("n1", "Lê Thị Hà", "female", licence="012345", phone="0912345678"),
        directory.practitioner_role("r1", "n1", BaDinh(), "Điều dưỡng"),
    ],
}


@pytest.mark.parametrize("what", BUILT)
def test_the_checker_has_nothing_to_say(what: str) -> None:
    for resource in BUILT[what]:
        assert check(resource) == []
        assert check(parse(dump(resource))) == []


@pytest.mark.parametrize("what", BUILT)
def test_the_models_of_r4b_take_it_and_lose_nothing(what: str) -> None:
    for resource in BUILT[what]:
        name = resource["resourceType"]
        model = getattr(import_module(f"fhir.resources.R4B.{name.lower()}"), name)
        taken = model.model_validate_json(dump(resource))
        assert json.loads(taken.model_dump_json()) == json.loads(dump(resource))
