"""The two servers of a run: ours as `ehr serve` starts it, and the bare reference."""

import asyncio
import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from auth.demo import PATH
from auth.demo.secrets import existing_mint_secret
from bench.bare import Plan
from bench.data import Loaded, environment
from bench.load import once, request
from ehr.urls import urls

WITHOUT_AUDIT = "BENCH_WITHOUT_AUDIT"


@contextmanager
def ours(found: Loaded, *, audit: bool = True) -> Iterator[int]:
    """The port of our service; without `audit`, reads leave no event (to see what it costs)."""
    env = environment(found) | ({} if audit else {WITHOUT_AUDIT: "1"})
    with _process([sys.executable, "-m", "bench.ours"], found, env) as _:
        _wait(found.settings.port, "/health/ready")
        yield found.settings.port


@contextmanager
def bare(found: Loaded, port: int, plan: Plan) -> Iterator[int]:
    """The port of the reference."""
    path = found.settings.data_dir / "plan.pickle"
    path.write_bytes(pickle.dumps(plan))
    command = [sys.executable, "-m", "bench.bare", str(port), urls(found.settings).app, str(path)]
    with _process(command, found, dict(os.environ)) as _:
        _wait(port, "/read/0")
        yield port


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def token(found: Loaded, login: str) -> str:
    """A bearer token of the demo issuer."""
    reply = httpx.post(
        f"http://127.0.0.1:{found.settings.port}{PATH}/mint",
        data={"login": login},
        headers={"X-Demo-Secret": existing_mint_secret(found.settings.data_dir) or ""},
        trust_env=False,
    )
    reply.raise_for_status()
    return str(reply.json()["access_token"])


@contextmanager
def _process(
    command: list[str], found: Loaded, env: dict[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    with (found.settings.data_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=env, stderr=log)  # noqa: S603 - our own command
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _wait(port: int, path: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            status, _ = asyncio.run(once(port, request("GET", path)))
        except OSError:
            time.sleep(0.05)
        else:
            if status == 200:
                return
    raise RuntimeError(f"nothing answers on port {port}")
