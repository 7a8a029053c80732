"""`ehr serve` and `ehr worker` that wait for their database end when they are told to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fixtures.serving import free_socket


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_one_that_waits_for_its_database_ends_at_once(command: str, tmp_path: Path) -> None:
    # Bound and not listening: whoever connects is refused, and nobody else gets the port.
    with free_socket()[0] as nobody:
        url = f"postgresql://nobody@127.0.0.1:{nobody.getsockname()[1]}/none"
        urls = ("URL", "OWNER_URL", "JOB_URL", "REPORT_URL", "AUDIT_URL")
        kept = {name: text for name, text in os.environ.items() if not name.startswith("EHR_")}
        kept |= {f"EHR_DATABASE_{name}": url for name in urls}
        with subprocess.Popen(
            [sys.executable, "-m", "ehr.cli", command],
            env=kept | {"EHR_DATA_DIR": str(tmp_path), "PORT": "1"},
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stderr is not None
            try:
                assert any(b"Connection refused" in line for line in process.stderr)
                process.terminate()
                # 3 would tell of a start-up that failed, once the wait was over.
                assert process.wait(120) == 0
            finally:
                process.kill()
