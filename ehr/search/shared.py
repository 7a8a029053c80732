"""The types that name no resident: directory and definitions, in the ward *shared*.

The type alone decides, so a search of such a type has a plan of its own: one ward, for everyone.
"""

SHARED_TYPES = frozenset(
    {
        *("ActivityDefinition", "CapabilityStatement", "ChargeItemDefinition", "CodeSystem"),
        *("CompartmentDefinition", "ConceptMap", "Endpoint", "EventDefinition", "Evidence"),
        *("EvidenceVariable", "ExampleScenario", "GraphDefinition", "HealthcareService"),
        *("ImplementationGuide", "InsurancePlan", "Library", "Location", "Measure", "Medication"),
        *("MedicationKnowledge", "MessageDefinition", "NamingSystem", "OperationDefinition"),
        *("Organization", "OrganizationAffiliation", "PlanDefinition", "Practitioner"),
        *("PractitionerRole", "Questionnaire", "ResearchDefinition", "SearchParameter"),
        *("ResearchElementDefinition", "SpecimenDefinition", "StructureDefinition"),
        *("StructureMap", "SubstanceSpecification", "TerminologyCapabilities", "TestScript"),
        "ValueSet",
    }
)
"""Readable by whoever has the scope."""
