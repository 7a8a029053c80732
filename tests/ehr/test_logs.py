"""Log lines: what happens to them must not happen to a request."""

import subprocess
import sys

ONE_LINE = """
from ehr import logs
logs.configure()
logs.request_line(method="GET", status=200)
logs.logging.getLogger("tram").warning("one")
print("went on")
"""


def test_a_log_that_cannot_be_written_ends_nothing() -> None:
    command = [sys.executable, "-c", ONE_LINE]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=full)
    assert done.stdout == b"went on\n"
