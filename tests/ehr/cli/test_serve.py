"""`ehr serve` and `ehr worker` that wait for their database end when they are told to."""

import os
import subprocess
import sys
from pathlib import Path

from fixtures.serving import free_socket

WAITING = """
import asyncio
import sys
import uvicorn
from ehr.cli.server import Server

async def app(scope, receive, send):
    print("waiting", file=sys.stderr, flush=True)
    await asyncio.Event().wait()

Server(uvicorn.Config(app, port=0, log_config=None)).run()
"""
"""A service whose database never comes: `ehr serve` itself gives up after a while."""


def code_when_told(command: list[str], environment: dict[str, str], says: bytes) -> int:
    """The exit code of a process that is sent SIGTERM once its stderr says so."""
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        try:
            assert any(says in line for line in process.stderr)
            process.terminate()
            return process.wait(120)
        finally:
            process.kill()


def test_a_server_that_starts_ends_at_once() -> None:
    assert code_when_told([sys.executable, "-c", WAITING], dict(os.environ), b"waiting") == 0


def test_a_worker_that_waits_for_its_database_ends_at_once(tmp_path: Path) -> None:
    # Bound and not listening: whoever connects is refused, and nobody else gets the port.
    with free_socket()[0] as nobody:
        url = f"postgresql://nobody@127.0.0.1:{nobody.getsockname()[1]}/none"
        urls = ("URL", "OWNER_URL", "JOB_URL", "REPORT_URL", "AUDIT_URL")
        kept = {name: text for name, text in os.environ.items() if not name.startswith("EHR_")}
        kept |= {f"EHR_DATABASE_{name}": url for name in urls} | {"EHR_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "ehr.cli", "worker"]
        assert code_when_told(command, kept, b"Connection refused") == 0
