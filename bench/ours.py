"""Our service as it is; with BENCH_WITHOUT_AUDIT, reads leave no event, to see what that costs."""

import os

from ehr.audit.event import Event
from ehr.audit.record import AuditLog
from ehr.cli.serve import serve


async def _nothing(self: AuditLog, event: Event) -> None:
    return


if __name__ == "__main__":
    if os.environ.get("BENCH_WITHOUT_AUDIT"):
        AuditLog.record = _nothing  # type: ignore[method-assign] # the one thing to leave out
    serve()
