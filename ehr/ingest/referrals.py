"""A referral opens the resident's record to the hospital it names, for ninety days.

ServiceRequest (status active, intent order or plan) whose performer is a partner's Organization;
revoking it closes the record again. The legal basis of the exchange is the referral itself
(Decree 102/2025, articles 10 and 23).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from ehr.db import Tx
from ehr.directory.grants import Grant, give, revoke
from ehr.ingest.targets import local_key
from ehr.records.written import Written

OPEN_FOR = timedelta(days=90)
_ENDED = frozenset({"revoked", "entered-in-error"})


async def project(
    tx: Tx, changes: Sequence[Written], *, partners: Mapping[str, int], bases: Sequence[str]
) -> None:
    """Give and end the grants that rest on the referrals among `changes`."""
    grants: list[Grant] = []
    for one in changes:
        if one.resource_type != "ServiceRequest" or one.pat is None:
            continue
        if one.resource is None or one.resource.get("status") in _ENDED:
            for account in partners.values():
                await revoke(tx, _basis(one, account), one.last_updated)
        elif one.resource.get("status") == "active":
            grants += _grants(one, partners, bases)
    if grants:
        await give(tx, grants)


def _grants(one: Written, partners: Mapping[str, int], bases: Sequence[str]) -> Iterator[Grant]:
    for performer in (one.resource or {}).get("performer", ()):
        key = local_key(performer.get("reference") or "", bases)
        if key is None or key[0] != "Organization" or key[1] not in partners:
            continue
        account = partners[key[1]]
        yield Grant(
            grantee=account,
            patient=one.pat or 0,
            reason="referral",
            basis=_basis(one, account),
            valid_from=one.last_updated,
            until=one.last_updated + OPEN_FOR,
            granted_by=one.author,
        )


def _basis(one: Written, account: int) -> str:
    return f"ServiceRequest/{one.id}/{account}"
