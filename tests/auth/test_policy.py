"""Claims and directory become an Access: who sees which wards, with which rights."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fixtures.callers import sees_nobody

from auth.claims import Claims
from auth.policy import Standing, decide, wards_of
from ehr.access import Access, Label, Power, Role, Verb
from ehr.directory.accounts import Account, Assignment
from ehr.directory.partners import Partner
from ehr.errors import NotKnown

WARDS = {"00004": 1, "00008": 2, "00145": 3, "10000": 4}
SCOPES = "openid user/*.cruds aggregate.read"
CLINICIAN = Assignment(1, "ward-clinician")


def claims(**changed: Any) -> Claims:
    given = {
        "issuer": "http://issuer.test",
        "subject": "s",
        "client": "tram-web",
        "expires": 0.0,
        "scopes": SCOPES,
        "groups": ("/wards/00004",),
        "roles": {"ward-clinician"},
        "fhir_user": "Practitioner/one",
    } | changed
    given["scopes"] = frozenset(given["scopes"].split())
    given["roles"] = frozenset(given["roles"])
    return Claims(**given)


def account(kind: str = "person", **changed: Any) -> Account:
    given = {
        "id": 7,
        "kind": kind,
        "issuer": "http://issuer.test",
        "external_id": "Practitioner/one" if kind == "person" else "hospital.one",
        "subject": "s",
        "login": None,
        "name": "Một",
        "practitioner": None,
        "disabled_at": None,
    } | changed
    return Account(**given)


def person(said: Claims, *assignments: Assignment, grants: bool = False) -> Access:
    return decide(said, Standing(account(), assignments, None, grants, WARDS))


def client(said: Claims, **agreed: Any) -> Access:
    given = {
        "account": 7,
        "organization": "one",
        "every_ward": False,
        "types": frozenset({"Patient", "Observation.rs"}),
        "labels": Label.NONE,
        "powers": frozenset(),
    } | agreed
    partner = Partner(**given)
    return decide(said, Standing(account("client"), (), partner, False, WARDS))


def partner_claims(**changed: Any) -> Claims:
    given = {
        "client": "hospital.one",
        "fhir_user": None,
        "groups": ("/wards/00004",),
        "roles": {"hospital-partner"},
        "scopes": "system/*.cruds",
    } | changed
    return claims(**given)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["/wards/00004"], {1}),
        (["/wards/00004", "/wards/00145"], {1, 3}),
        ([], set()),
        (["/wards/1"], set()),
        (["/wards/0000"], set()),
        (["/wards/000040"], set()),
        (["/wards/00004/"], set()),
        (["/wards/00004\n"], set()),
        (["/wards/00004/sub"], set()),
        (["wards/00004"], set()),
        (["/WARDS/00004"], set()),
        (["/wards/*"], set()),
        (["*"], set()),
        (["/wards"], set()),
        (["/"], set()),
        (["/wards/٠٠٠٠٤"], set()),
        (["/wards/００００４"], set()),
        (["/wards/99999"], set()),
        (["/other/wards/00004"], set()),
        ([f"/wards/{n:05}" for n in range(20_000, 30_000)], set()),
    ],
)
def test_a_group_names_a_ward_exactly_or_none(groups: list[str], expected: set[int]) -> None:
    assert wards_of(groups, WARDS) == expected


class TestPerson:
    def test_a_clinician_sees_the_ward_that_both_name(self) -> None:
        access = person(claims(), CLINICIAN)
        assert access.wards == {1}
        assert access.roles == {Role.CLINICIAN}
        assert not access.every_ward
        assert not access.reports
        assert access.grantee is None
        assert access.labels is Label.NONE
        assert access.purpose == "TREAT"

    @pytest.mark.parametrize(
        ("said", "assigned"),
        [
            (claims(groups=()), [CLINICIAN]),
            (claims(groups=("/wards/00145",)), [CLINICIAN]),
            (claims(groups=("/wards/1",)), [CLINICIAN]),
            (claims(roles=()), [CLINICIAN]),
            (claims(roles=("ward-admin",)), [CLINICIAN]),
            (claims(), []),
            (claims(), [Assignment(None, "ward-clinician")]),
            (claims(roles=("system",)), [Assignment(1, "system")]),
            (claims(roles=("hospital-partner",)), [Assignment(1, "hospital-partner")]),
        ],
    )
    def test_what_only_one_of_them_names_opens_nothing(
        self, said: Claims, assigned: list[Assignment]
    ) -> None:
        access = person(said, *assigned, grants=True)
        assert access.rights == frozenset()
        assert sees_nobody(access)

    def test_scopes_narrow_the_role(self) -> None:
        access = person(claims(scopes="user/Patient.r user/Observation.cruds"), CLINICIAN)
        assert access.may("Patient", Verb.READ)
        assert not access.may("Patient", Verb.SEARCH)
        assert access.may("Observation", Verb.DELETE)
        assert not access.may("Condition", Verb.READ)

    def test_the_role_narrows_scopes(self) -> None:
        access = person(claims(), CLINICIAN)
        assert not access.may("AuditEvent", Verb.SEARCH)
        assert not access.may("Subscription", Verb.CREATE)
        assert not access.may("Organization", Verb.UPDATE)
        assert access.may("Organization", Verb.READ)
        assert not access.may("Provenance", Verb.UPDATE)
        assert not access.may("Consent", Verb.DELETE)
        assert not any(name == "*" for name, _ in access.rights)

    def test_system_and_patient_scopes_are_nothing_to_a_person(self) -> None:
        access = person(claims(scopes="system/*.cruds patient/*.cruds"), CLINICIAN)
        assert access.rights == frozenset()

    def test_two_roles_in_two_wards_allow_what_both_allow(self) -> None:
        both = claims(
            groups=("/wards/00004", "/wards/00145"), roles={"ward-clinician", "ward-admin"}
        )
        access = person(both, CLINICIAN, Assignment(3, "ward-admin"))
        assert access.wards == {1, 3}
        assert access.may("Observation", Verb.READ)
        assert not access.may("Observation", Verb.CREATE)
        assert access.may("Patient", Verb.CREATE)

    def test_two_roles_in_one_ward_add_up(self) -> None:
        both = claims(roles={"ward-clinician", "ward-admin"})
        access = person(both, CLINICIAN, Assignment(1, "ward-admin"))
        assert access.roles == {Role.CLINICIAN, Role.ADMIN}
        assert access.may("Observation", Verb.CREATE)

    def test_a_grantee_is_named_only_when_there_are_grants(self) -> None:
        assert person(claims(), CLINICIAN, grants=True).grantee == 7

    @pytest.mark.parametrize(
        ("role", "label"),
        [
            ("hiv-care", Label.HIV),
            ("mental-health-care", Label.MENTAL_HEALTH),
            ("restricted-records", Label.RESTRICTED),
            ("very-restricted-records", Label.VERY_RESTRICTED),
        ],
    )
    def test_each_label_has_a_role_of_its_own(self, role: str, label: Label) -> None:
        said = claims(roles={"ward-clinician", role})
        assert person(said, CLINICIAN, Assignment(1, role)).labels == label
        assert person(said, CLINICIAN).labels == Label.NONE
        assert person(claims(), CLINICIAN, Assignment(1, role)).labels == Label.NONE
        assert person(said, CLINICIAN, Assignment(None, role)).labels == label
        assert person(said, Assignment(1, role)).labels == Label.NONE

    def test_a_label_opens_only_where_its_role_is_held(self) -> None:
        said = claims(groups=("/wards/00004", "/wards/00145"), roles={"ward-clinician", "hiv-care"})
        both = (CLINICIAN, Assignment(3, "ward-clinician"))
        assert person(said, *both, Assignment(1, "hiv-care")).labels == Label.NONE
        everywhere = (Assignment(1, "hiv-care"), Assignment(3, "hiv-care"))
        assert person(said, *both, *everywhere).labels == Label.HIV


class TestCity:
    ANALYST = Assignment(None, "city-analyst")

    def test_an_analyst_reads_figures_and_nothing_else(self) -> None:
        access = person(claims(groups=("/city",), roles={"city-analyst"}), self.ANALYST)
        assert access.reports
        assert access.rights == frozenset()
        assert sees_nobody(access)
        assert access.purpose == "PUBHLTH"

    def test_an_analyst_who_is_clinician_too_still_reads_no_record(self) -> None:
        said = claims(groups=("/city", "/wards/00004"), roles={"city-analyst", "ward-clinician"})
        access = person(said, self.ANALYST, CLINICIAN, grants=True)
        assert access.reports
        assert access.rights == frozenset()
        assert sees_nobody(access)

    @pytest.mark.parametrize(
        "changed",
        [
            {"groups": ()},
            {"groups": ("/city/",)},
            {"roles": ()},
            {"scopes": "user/*.cruds"},
        ],
    )
    def test_figures_need_group_role_row_and_scope(self, changed: dict[str, Any]) -> None:
        given = {"groups": ("/city",), "roles": {"city-analyst"}} | changed
        assert not person(claims(**given), self.ANALYST).reports
        assert not person(claims(groups=("/city",), roles={"city-analyst"})).reports

    def test_an_auditor_reads_the_log_only(self) -> None:
        said = claims(groups=(), roles={"auditor"})
        access = person(said, Assignment(None, "auditor"))
        assert access.rights == {("AuditEvent", Verb.READ), ("AuditEvent", Verb.SEARCH)}
        assert sees_nobody(access)
        assert not access.reports


class TestClient:
    def test_a_hospital_sees_only_what_it_was_granted(self) -> None:
        access = client(partner_claims())
        assert access.wards == frozenset()
        assert not access.every_ward
        assert access.grantee == 7
        assert access.practitioner == "Organization/one"
        assert access.may("Patient", Verb.UPDATE)
        assert access.may("Observation", Verb.READ)
        assert not access.may("Observation", Verb.CREATE)
        assert not access.may("Condition", Verb.READ)
        assert not access.reports

    def test_scopes_narrow_the_agreement(self) -> None:
        access = client(partner_claims(scopes="system/Patient.r system/Condition.r"))
        assert access.rights == {("Patient", Verb.READ)}

    def test_a_person_s_scopes_are_nothing_to_a_client(self) -> None:
        assert client(partner_claims(scopes="user/*.cruds")).rights == frozenset()

    @pytest.mark.parametrize("entry", ["Patient.sr", "Patient.r?x=y", "patient", "", "*."])
    def test_an_entry_not_understood_grants_nothing(self, entry: str) -> None:
        assert client(partner_claims(), types=frozenset({entry})).rights == frozenset()

    def test_no_agreement_or_no_role_is_not_known(self) -> None:
        with pytest.raises(NotKnown):
            decide(partner_claims(), Standing(account("client"), wards=WARDS))
        with pytest.raises(NotKnown):
            client(partner_claims(roles=()))
        with pytest.raises(NotKnown):
            client(partner_claims(roles={"ward-clinician"}))

    def test_the_system_client_may_do_everything(self) -> None:
        access = client(
            partner_claims(roles={"system"}),
            every_ward=True,
            types=frozenset("*"),
            labels=Label(15),
            powers=frozenset(Power),
        )
        assert access.every_ward
        assert access.rights == {("*", verb) for verb in Verb}
        assert access.labels == Label(15)
        assert access.powers == frozenset(Power)
        assert access.purpose == "HOPERAT"

    def test_every_ward_comes_from_the_agreement_alone(self) -> None:
        assert not client(partner_claims(roles={"system"}, groups=("*",))).every_ward


@pytest.mark.parametrize(
    "changed", [{"disabled_at": datetime.now(UTC)}, {"subject": "other"}, {"subject": None}]
)
def test_an_account_that_may_not_ask(changed: dict[str, Any]) -> None:
    with pytest.raises(NotKnown):
        decide(claims(), Standing(account(**changed), (CLINICIAN,), wards=WARDS))
