"""Bundles put together from stored bytes: what was recorded is not parsed on its way out.

http://hl7.org/fhir/R4/bundle.html.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from ehr.errors import Issue
from ehr.fhir.outcome import operation_outcome
from ehr.fhir.resource import dump
from ehr.fhir.subset import WHOLE, Subset
from ehr.ingest.stamp import instant
from ehr.records.find import Page
from ehr.records.method import told
from ehr.records.stored import Stored

BundleType = Literal["searchset", "history", "batch-response", "transaction-response"]


def bundle(
    kind: BundleType,
    links: Iterable[tuple[str, str]],
    entries: Sequence[bytes],
    total: int | None = None,
) -> bytes:
    """A Bundle; `links` are (relation, absolute URL). Empty lists are left out, as FHIR wants."""
    parts = [b'{"resourceType":"Bundle","type":"', kind.encode(), b'"']
    if total is not None:
        parts.append(b',"total":%d' % total)
    relations = [{"relation": name, "url": url} for name, url in links]
    if relations:
        parts += (b',"link":', dump(relations))
    if entries:
        parts += (b',"entry":[', b",".join(entries), b"]")
    parts.append(b"}")
    return b"".join(parts)


def search_entries(
    base: str, page: Page, issues: Sequence[Issue], asked: Subset = WHOLE
) -> list[bytes]:
    """The entries of a searchset: matches, what they include, an outcome if there are issues.

    A summary is one of included resources too; the elements asked for are those of matches.
    """
    start = f'{{"fullUrl":"{base}/'.encode()
    along = Subset(asked.summary)
    found = [
        _entry(start, one, part.of(one.content), mode)
        for several, part, mode in ((page.matches, asked, _MATCH), (page.included, along, _INCLUDE))
        for one in several
    ]
    if issues:
        found.append(b'{"resource":' + dump(operation_outcome(issues)) + _OUTCOME)
    return found


_MATCH = b',"search":{"mode":"match"}}'
_INCLUDE = b',"search":{"mode":"include"}}'
_OUTCOME = b',"search":{"mode":"outcome"}}'


def _entry(start: bytes, stored: Stored, content: bytes, end: bytes) -> bytes:
    name = f'{stored.resource_type}/{stored.id}","resource":'
    return b"".join((start, name.encode(), content, end))


def history_entry(base: str, stored: Stored) -> bytes:
    """One version: how it came to be, when, and what it says unless it is a deletion."""
    name = f"{stored.resource_type}/{stored.id}"
    method, status = told(stored.method, stored.version, deleted=stored.deleted)
    url = stored.resource_type if method == "POST" else name
    rest = (
        f'"request":{{"method":"{method}","url":"{url}"}},"response":{{"status":"{status}",'
        f'"etag":"W/\\"{stored.version}\\"","lastModified":"{instant(stored.last_updated)}"}}}}'
    )
    content = b"" if stored.deleted else b'"resource":' + stored.content + b","
    return f'{{"fullUrl":"{base}/{name}",'.encode() + content + rest.encode()
