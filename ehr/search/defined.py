"""`_include` of canonicals: the definitions that a page names by URL.

http://hl7.org/fhir/R4/references.html#canonical. A canonical with a version names that version, one
without all that are stored under the URL.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ehr.access import Access, Verb
from ehr.fhir.path import compile_path
from ehr.fhir.resource import Resource
from ehr.search import compile
from ehr.search.compile import Statement
from ehr.search.query import MAX_INCLUDED, Filter, Include, SearchQuery
from ehr.search.registry import parameters
from ehr.search.values import UriValue

Canonicals = Mapping[str, frozenset[str]]
"""Type of definition → canonicals that name such."""


def canonicals(includes: Sequence[Include], resources: Iterable[Resource]) -> Canonicals:
    """What `includes` ask for in resources, by the types that it may be of."""
    found: dict[str, set[str]] = defaultdict(set)
    for resource in resources:
        for include in includes:
            parameter = include.parameter
            if parameter is None or "canonical" not in parameter.types:
                continue
            if include.source != resource["resourceType"]:
                continue
            nodes = compile_path(parameter.expression or "", parameter.resource_type)(resource)
            texts = {value for value, _ in nodes if type(value) is str}
            for kind in parameter.targets:
                if texts and include.target in (None, kind) and "url" in parameters(kind):
                    found[kind] |= texts
    return {kind: frozenset(texts) for kind, texts in found.items()}


def defined(kind: str, texts: Iterable[str], access: Access) -> Statement | None:
    """The statement for definitions with these URLs, rows as a page's; None for want of rights."""
    if not (access.may(kind, Verb.SEARCH) and access.may(kind, Verb.READ)):
        return None
    urls = sorted({text.partition("|")[0] for text in texts})
    criterion = Filter(parameters(kind)["url"], None, tuple(UriValue(url) for url in urls))
    return compile.page(SearchQuery((kind,), (criterion,), count=MAX_INCLUDED), access)


def is_named(definition: Resource, texts: frozenset[str]) -> bool:
    """Whether one of the canonicals names this version."""
    url, version = definition.get("url"), definition.get("version")
    return url in texts or f"{url}|{version}" in texts
