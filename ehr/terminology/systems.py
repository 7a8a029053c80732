"""URIs of the code systems and extensions that the builders write.

VN Core 0.6 (http://fhir.hl7.org.vn/core, HL7 Vietnam) where it names one; LOINC, UCUM, CVX,
ATC and ICD-10 by their official URIs (http://hl7.org/fhir/R4/terminologies-systems.html).
"""

from ehr.fhir.identifiers import CANONICAL

VN_CORE = "http://fhir.hl7.org.vn/core"
TRAM = CANONICAL
"""Our own canonical: a name, not an address to be fetched."""

ICD10 = "http://hl7.org/fhir/sid/icd-10"
VN_ICD10 = f"{VN_CORE}/CodeSystem/vn-icd10-cs"
"""The ministry's ICD-10 as VN Core names it: the same codes."""
ICD10_SYSTEMS = frozenset({ICD10, VN_ICD10})
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
CVX = "http://hl7.org/fhir/sid/cvx"
ATC = "http://www.whocc.no/atc"
CURRENCY = "urn:iso:std:iso:4217"

VISIT_KIND = f"{VN_CORE}/CodeSystem/vn-encounter-type-cs"
"""MA_LOAI_KCB, Quyết định 1804/QĐ-BYT (2026): "01" … "16"."""
ETHNICITY = f"{VN_CORE}/CodeSystem/vn-ethnicity-cs"
PROVINCE = f"{VN_CORE}/CodeSystem/vn-province-cs"
WARD = f"{VN_CORE}/CodeSystem/vn-ward-cs"
"""Five digits, Quyết định 19/2025/QĐ-TTg."""
DRUG = f"{TRAM}/CodeSystem/ward-drug"
"""The drugs of `data/drugs.json`, until the national drug codes are imported."""
SERVICE_CATEGORY = f"{TRAM}/CodeSystem/service-category"
"""What a ServiceRequest is: `referral`."""

ETHNICITY_EXTENSION = f"{VN_CORE}/StructureDefinition/vn-ext-ethnicity"
PROVINCE_EXTENSION = f"{VN_CORE}/StructureDefinition/vn-ext-province"
WARD_EXTENSION = f"{VN_CORE}/StructureDefinition/vn-ext-ward"
PROGRAMME_EXTENSION = f"{VN_CORE}/StructureDefinition/vn-ext-immunization-program-type"
INSURANCE_EXTENSION = f"{TRAM}/StructureDefinition/visit-insurance"
"""Boolean on Encounter: whether health insurance (BHYT) is charged with the visit."""
