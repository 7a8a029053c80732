"""The systems of Vietnamese identifiers, and which of their many names mean the same.

Written with the URIs of VN Core (http://fhir.hl7.org.vn/core); understood also with those of
the ministry's draft of 2021 (http://fhir.ehealth.gov.vn/core) and of basespecs.vn, which older
partner systems send. `canonical_system` is where they meet, for the index and for a query.
"""

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
"""Personal identification number, 12 digits (Law on Identification 26/2023/QH15)."""
CMND = "http://fhir.ehealth.gov.vn/core/sid/citizen_id"
"""The former identity card, 9 digits; VN Core names no system for it."""
BHYT = "http://fhir.hl7.org.vn/core/sid/bhyt"
"""Health insurance: 10 digits, 15 characters (cards before April 2021), or the CCCD."""
PASSPORT = "http://fhir.hl7.org.vn/core/sid/passport"
CCHN = "http://fhir.hl7.org.vn/core/sid/cchn"
"""A practitioner's licence (chứng chỉ hành nghề)."""
MA_LK = "http://fhir.hl7.org.vn/core/sid/ma-lk"
"""A visit in the insurance exchange (MA_LK of QĐ 3176/QĐ-BYT)."""
CANONICAL = "https://tram.example/fhir"
"""Where the canonical URLs of this server's own definitions begin."""
ISSUE_DETAILS = f"{CANONICAL}/CodeSystem/issue-details"
"""The codes by which this server names its own refusals (`OperationOutcome.issue.details`)."""

_ALIASES = {
    "http://fhir.ehealth.gov.vn/core/sid/national_id": CCCD,
    "https://basespecs.vn/NamingSystem/NationalID": CCCD,
    "https://basespecs.vn/NamingSystem/NationalID9": CMND,
    "http://fhir.ehealth.gov.vn/core/sid/insurance_number": BHYT,
    "https://basespecs.vn/NamingSystem/InsuranceNumbers": BHYT,
    "http://fhir.ehealth.gov.vn/core/sid/passport_number": PASSPORT,
    "https://basespecs.vn/NamingSystem/PassportNumbers": PASSPORT,
}


def canonical_system(uri: str) -> str:
    """The system that `uri` stands for: VN Core's where there is one, else `uri` itself."""
    return _ALIASES.get(uri.rstrip("/"), uri)
