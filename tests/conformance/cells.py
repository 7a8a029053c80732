"""What a conformant R4 server does, as cells: each is proven by tests marked with its name.

`@pytest.mark.proves("search/token:in")` stands on a test.
"""

from typing import NamedTuple


class Cell(NamedTuple):
    """One promise: `name` is what marks name it by, `spec` a page below http://hl7.org/fhir/R4/."""

    name: str
    says: str
    spec: str


AREAS: dict[str, tuple[Cell, ...]] = {
    "Interactions": (
        Cell("interactions/read", "read, 404 and 410", "http.html#read"),
        Cell(
            "interactions/conditional-read", "304 by If-None-Match and If-Modified-Since",
            "http.html#cread",
        ),
        Cell("interactions/vread", "read of a version", "http.html#vread"),
        Cell(
            "interactions/create", "create, with ETag, Last-Modified and Location",
            "http.html#create",
        ),
        Cell(
            "interactions/conditional-create", "If-None-Exist, exact under concurrency",
            "http.html#ccreate",
        ),
        Cell("interactions/update", "update, and create under the client's id", "http.html#update"),
        Cell(
            "interactions/version-aware", "If-Match on update, patch and delete",
            "http.html#concurrency",
        ),
        Cell("interactions/conditional-update", "update by criteria", "http.html#cond-update"),
        Cell("interactions/json-patch", "JSON Patch", "http.html#patch"),
        Cell("interactions/fhirpath-patch", "FHIRPath Patch", "fhirpatch.html"),
        Cell("interactions/merge-patch", "Merge Patch (RFC 7396)", "http.html#patch"),
        Cell("interactions/conditional-patch", "patch by criteria", "http.html#patch"),
        Cell("interactions/delete", "delete", "http.html#delete"),
        Cell(
            "interactions/conditional-delete", "delete by criteria, one or several",
            "http.html#3.1.0.7.1",
        ),
        Cell("interactions/history-instance", "history of a resource", "http.html#history"),
        Cell("interactions/history-type", "history of a type", "http.html#history"),
        Cell("interactions/history-system", "history of everything", "http.html#history"),
        Cell("interactions/history-parameters", "_since, _at, _count, pages", "http.html#history"),
        Cell("interactions/batch", "batch: each entry by itself", "http.html#transaction"),
        Cell(
            "interactions/transaction", "transaction: all or nothing, in FHIR's order",
            "http.html#trules",
        ),
        Cell(
            "interactions/urn-uuid", "urn:uuid in references, uris and narrative",
            "http.html#transaction",
        ),
        Cell(
            "interactions/conditional-reference", "references by criteria",
            "http.html#transaction",
        ),
        Cell("interactions/many-entries", "a thousand entries and more", "http.html#transaction"),
        Cell("interactions/patch-in-bundle", "patch in batch and transaction", "http.html#patch"),
        Cell(
            "interactions/capabilities", "metadata equal to what is served",
            "http.html#capabilities",
        ),
        Cell(
            "interactions/prefer-return",
            "Prefer: return=minimal, representation, OperationOutcome",
            "http.html#ops",
        ),
        Cell(
            "interactions/prefer-handling", "Prefer: handling=strict, lenient",
            "search.html#errors",
        ),
        Cell("interactions/respond-async", "Prefer: respond-async", "async.html"),
        Cell(
            "interactions/formats", "Accept, _format, _pretty, charset, fhirVersion; 406 and 415",
            "http.html#mime-type",
        ),
        Cell(
            "interactions/errors", "OperationOutcomes with code, expression and details",
            "operationoutcome.html",
        ),
        Cell("interactions/idempotency", "Idempotency-Key", "http.html#create"),
    ),
    "Search parameters": (
        Cell("search/number", "number, all prefixes, implicit precision", "search.html#number"),
        Cell("search/date", "date, all prefixes, partial dates, time zones", "search.html#date"),
        Cell("search/string", "string, folded for case and marks", "search.html#string"),
        Cell("search/string:exact", "string:exact", "search.html#string"),
        Cell("search/string:contains", "string:contains", "search.html#string"),
        Cell("search/token", "code, system|code, |code, system|", "search.html#token"),
        Cell("search/token:not", "token:not", "search.html#token"),
        Cell("search/token:text", "token:text", "search.html#token"),
        Cell("search/token:in", "token:in", "search.html#token"),
        Cell("search/token:not-in", "token:not-in", "search.html#token"),
        Cell("search/token:above", "token:above", "search.html#token"),
        Cell("search/token:below", "token:below", "search.html#token"),
        Cell("search/token:of-type", "token:of-type", "search.html#token"),
        Cell(
            "search/reference", "Type/id, id, absolute, versioned, canonical",
            "search.html#reference",
        ),
        Cell("search/reference:type", "reference:Type", "search.html#reference"),
        Cell("search/reference:identifier", "reference:identifier", "search.html#reference"),
        Cell(
            "search/quantity", "quantity with units, all prefixes, implicit precision",
            "search.html#quantity",
        ),
        Cell("search/uri", "uri", "search.html#uri"),
        Cell("search/uri:above", "uri:above", "search.html#uri"),
        Cell("search/uri:below", "uri:below", "search.html#uri"),
        Cell(
            "search/composite", "composite of every pairing, exact within one component",
            "search.html#composite",
        ),
        Cell("search/near", "near", "location.html#search"),
        Cell("search/missing", ":missing on every kind", "search.html#missing"),
        Cell("search/modifier-refused", "a modifier that does not fit", "search.html#modifiers"),
        Cell("search/escaping", "commas, dollars, bars and backslashes", "search.html#escaping"),
        Cell("search/_id", "_id", "search.html#id"),
        Cell("search/_lastUpdated", "_lastUpdated", "search.html#lastUpdated"),
        Cell("search/_tag", "_tag, _profile, _security, _source", "search.html#tag"),
        Cell("search/_text", "_text and _content", "search.html#content"),
        Cell("search/_list", "_list", "search.html#list"),
        Cell("search/_filter", "_filter", "search_filter.html"),
        Cell("search/chain", "chains, nested, with modifiers", "search.html#chaining"),
        Cell("search/_has", "_has, nested and mixed with chains", "search.html#has"),
        Cell("search/compartment", "compartments", "compartmentdefinition.html"),
        Cell("search/across-types", "several types at once", "http.html#search"),
        Cell("search/custom", "custom SearchParameters, indexed online", "searchparameter.html"),
        Cell(
            "search/every-parameter", "all 1,375 parameters against fhirpathpy",
            "searchparameter-registry.html",
        ),
    ),
    "Search results": (
        Cell("results/_sort", "_sort by any parameter and several", "search.html#sort"),
        Cell("results/_count", "_count and its cap; 0 is a count", "search.html#count"),
        Cell("results/_total", "_total in three forms", "search.html#total"),
        Cell("results/_include", "_include", "search.html#revinclude"),
        Cell("results/_revinclude", "_revinclude", "search.html#revinclude"),
        Cell("results/iterate", ":iterate and *", "search.html#revinclude"),
        Cell("results/_summary", "_summary, all five", "search.html#summary"),
        Cell("results/_elements", "_elements", "search.html#elements"),
        Cell(
            "results/paging", "self, first, next and previous; nothing twice, nothing skipped",
            "http.html#paging",
        ),
        Cell("results/post", "search by POST", "http.html#search"),
        Cell("results/unknown", "unknown parameters: said, or refused", "search.html#errors"),
        Cell("results/_explain", "_explain", "search.html"),
        Cell("results/bounded", "no search reads a whole table", "search.html"),
    ),
    "Operations": (
        Cell("operations/validate", "$validate", "resource-operation-validate.html"),
        Cell(
            "operations/everything", "$everything of Patient and Encounter",
            "patient-operation-everything.html",
        ),
        Cell("operations/lastn", "$lastn", "observation-operation-lastn.html"),
        Cell("operations/stats", "$stats", "observation-operation-stats.html"),
        Cell("operations/expand", "$expand", "valueset-operation-expand.html"),
        Cell("operations/validate-code", "$validate-code", "valueset-operation-validate-code.html"),
        Cell("operations/lookup", "$lookup", "codesystem-operation-lookup.html"),
        Cell("operations/subsumes", "$subsumes", "codesystem-operation-subsumes.html"),
        Cell("operations/translate", "$translate", "conceptmap-operation-translate.html"),
        Cell("operations/meta", "$meta", "resource-operation-meta.html"),
        Cell("operations/meta-add", "$meta-add", "resource-operation-meta-add.html"),
        Cell("operations/meta-delete", "$meta-delete", "resource-operation-meta-delete.html"),
        Cell("operations/match", "$match", "patient-operation-match.html"),
        Cell("operations/merge", "$merge, with undo", "patient.html"),
        Cell("operations/diff", "$diff", "fhirpatch.html"),
        Cell("operations/reindex", "$reindex with progress", "searchparameter.html"),
        Cell("operations/versions", "$versions", "capabilitystatement-operation-versions.html"),
    ),
    "Validation and fidelity": (
        Cell(
            "validation/structure", "unknown elements, kinds, cardinality, choices, emptiness",
            "json.html",
        ),
        Cell("validation/primitives", "formats of primitives", "datatypes.html"),
        Cell("validation/bindings", "required bindings", "terminologies.html"),
        Cell("validation/invariants", "invariants", "conformance-rules.html#constraints"),
        Cell("validation/references", "references within the server", "references.html"),
        Cell("validation/contained", "contained resources", "references.html#contained"),
        Cell("validation/narrative", "XHTML", "narrative.html"),
        Cell("validation/profiles", "profiles by meta.profile and $validate", "profiling.html"),
        Cell(
            "validation/mutations",
            "generated resources accepted, mutated ones refused at the place",
            "validation.html",
        ),
        Cell("fidelity/examples", "every official example stored and returned equal", "json.html"),
        Cell("fidelity/numbers", "number literals as they came", "datatypes.html#decimal"),
    ),
    "Clients": (
        Cell("clients/fhirpy", "fhirpy", "index.html"),
        Cell("clients/fhirclient", "SMART's Python client", "index.html"),
        Cell("clients/fhir-kit-client", "fhir-kit-client", "index.html"),
        Cell("clients/smart-js", "SMART's JavaScript client", "index.html"),
        Cell("clients/hapi", "HAPI FHIR client", "index.html"),
        Cell("clients/us-core", "US Core 6.1 search combinations", "index.html"),
        Cell("clients/synthea", "a Synthea-shaped load", "index.html"),
    ),
}  # fmt: skip
