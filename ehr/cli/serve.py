"""`ehr serve` and `ehr worker`: the processes of a running service.

Each imports what it runs when it is run, so that `ehr token` answers at once.
"""

import asyncio
import ctypes
import os
import resource
import signal
from contextlib import suppress

from ehr import config, logs
from ehr.cli.supervise import SUPERVISED
from ehr.urls import urls

_PR_SET_PDEATHSIG = 1
_MOST_FILES = 8_192
"""Idle connections, requests under way, the pools, and room: many systems give a process 1,024."""


def serve() -> None:
    """Serve the API and the web app (settings: docs/operations.md)."""
    from uvicorn import Config

    from ehr.app import create_app
    from ehr.cli.connection import Connection
    from ehr.cli.server import Server

    settings = config.from_environment()
    logs.configure(settings.log_level)
    _end_with_supervisor()
    _open_many()
    server = Server(
        Config(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http=Connection,
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_graceful_shutdown=20,
            # Longer than proxies keep theirs (nginx: 60): else they send into what is being closed.
            timeout_keep_alive=75,
            backlog=512,
        )
    )
    with suppress(KeyboardInterrupt):  # Ctrl-C, once all is finished
        server.run()


def worker() -> None:
    """Run the jobs: fold figures, tidy what has expired, index anew, answer later."""
    from ehr.jobs.worker import JOBS, run
    from ehr.services import answering
    from fhir_api.asynchronous.jobs import jobs_of

    settings = config.from_environment()
    logs.configure(settings.log_level)
    _end_with_supervisor()
    # Until the jobs run nothing is to be finished; and process 1 of a container is not ended by a
    # signal that it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

    async def work() -> None:
        async with answering(settings) as services:
            await run(urls(settings).job, (*JOBS, *jobs_of(services)))

    asyncio.run(work())


def _end_with_supervisor() -> None:
    """Ask the kernel for SIGTERM when `ehr demo`, our parent, dies without a word."""
    if os.environ.get(SUPERVISED):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _open_many() -> None:
    """Let this process have as many connections open as it is made for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(_MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
