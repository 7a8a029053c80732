"""What of the container can be known without one: its health check, and its settings."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ehr.config import Settings

ROOT = Path(__file__).parents[2]
HOSTS = "ehr.example, www.ehr.example"


class OfOneHost(BaseHTTPRequestHandler):
    """Answers as the service does when EHR_ALLOWED_HOSTS are HOSTS."""

    def do_GET(self) -> None:
        is_served = self.headers["Host"] == "ehr.example" and self.path == "/health/ready"
        self.send_response(200 if is_served else 421)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """Where it listens."""
    with HTTPServer(("127.0.0.1", 0), OfOneHost) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(("hosts", "is_healthy"), [(HOSTS, True), ("other.example", False)])
def test_the_health_check_asks_under_a_name_that_is_served(
    port: int, hosts: str, is_healthy: bool
) -> None:
    text = (ROOT / "Dockerfile").read_text()
    match = re.search(r"^HEALTHCHECK .*\\\n  CMD (\[.*\])$", text, re.MULTILINE)
    assert match is not None
    _, *command = json.loads(match[1])
    command = [part.replace("127.0.0.1:8000", f"127.0.0.1:{port}") for part in command]
    ended = subprocess.run(
        [sys.executable, *command],
        env=os.environ | {"EHR_ALLOWED_HOSTS": hosts},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode == 0) is is_healthy


def test_the_composed_service_trusts_the_gateway_of_its_network() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    trusted = re.findall(r"^ +EHR_TRUSTED_PROXIES: (\S+)$", text, re.MULTILINE)
    assert trusted == re.findall(r"gateway: ([^}\s]+)", text)
    assert len(trusted) == 1
    ports = re.findall(r"^ +ports: \[(.*)\]$", text, re.MULTILINE)
    assert ports
    assert all(port.startswith('"127.0.0.1:') for port in ports), "only this machine may be trusted"


def test_the_composed_service_is_given_settings_that_there_are() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    given = set(re.findall(r"^ +(EHR_[A-Z_]+):", text, re.MULTILINE))
    known = {f"EHR_{field.name.upper()}" for field in fields(Settings)}
    known |= {"EHR_KEY_HASH", "EHR_KEY_LINKS", "EHR_KEY_SESSIONS"}
    assert given - known == {"EHR_DB_PASSWORD"}
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    example = (ROOT / "deploy" / "example.env").read_text()
    assert asked == set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
