"""The worker's jobs that answer requests later: as many as are answered at the same time."""

from functools import partial

from ehr.jobs.schedule import every
from ehr.jobs.worker import Job
from ehr.services import ANSWERED_AT_ONCE, Answering
from fhir_api.app import service_of
from fhir_api.asynchronous.work import answer_waiting

LOOK_SECONDS = 1.0


def jobs_of(services: Answering) -> tuple[Job, ...]:
    """Each answers one request at a time, and looks for the next one every second."""
    service = service_of(
        services.db,
        services.authenticator,
        services.settings,
        services.audit,
        link_key=services.keys.links,
    )
    return tuple(
        Job(
            f"answer later {number}",
            partial(answer_waiting, service),
            every(LOOK_SECONDS),
            ends_at_stop=True,
        )
        for number in range(1, ANSWERED_AT_ONCE + 1)
    )
