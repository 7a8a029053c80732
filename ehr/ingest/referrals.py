"""A referral opens the resident's record to the hospital it names, for ninety days.

ServiceRequest (status active, intent order or plan) whose performer is a partner's Organization;
revoking it, or naming another, closes the record again. The legal basis of the exchange is the
referral itself (Decree 102/2025, articles 10 and 23).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from ehr.db import Tx
from ehr.directory.grants import Grant, give, revoke
from ehr.ingest.targets import local_key
from ehr.records.written import Written

OPEN_FOR = timedelta(days=90)
_ENDED = frozenset({"revoked", "entered-in-error"})
_INTENTS = frozenset({"order", "plan"})


async def project(
    tx: Tx, changes: Sequence[Written], *, partners: Mapping[str, int], bases: Sequence[str]
) -> None:
    """Give and end the grants that rest on the referrals among `changes`."""
    grants: list[Grant] = []
    for one in changes:
        if one.resource_type != "ServiceRequest" or one.pat is None:
            continue
        named = _named(one, partners, bases)
        if named is None:
            continue
        if one.previous is not None:
            for account in set(partners.values()) - named:
                await revoke(tx, _basis(one, account), one.last_updated)
        # Whom a referral lets in does not let himself in for longer.
        grants += [_grant(one, account) for account in sorted(named - {one.author})]
    if grants:
        await give(tx, grants)


def _named(
    one: Written, partners: Mapping[str, int], bases: Sequence[str]
) -> frozenset[int] | None:
    """The accounts for which the record is to be open now; None: as it was."""
    if one.resource is None or one.resource.get("status") in _ENDED:
        return frozenset()
    if one.resource.get("status") != "active":
        return None
    if one.resource.get("intent") not in _INTENTS:
        return frozenset()
    keys = (
        local_key(each.get("reference") or "", bases) for each in one.resource.get("performer", ())
    )
    return frozenset(
        partners[key[1]] for key in keys if key and key[0] == "Organization" and key[1] in partners
    )


def _grant(one: Written, account: int) -> Grant:
    return Grant(
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
