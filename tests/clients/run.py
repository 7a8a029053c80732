"""Every client's tour of a running demo: `make clients` (PORT=, EHR_DATA_DIR=, CLIENT=).

The tokens are those of `ehr token`, `system`'s above all.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from fixtures.touring import TOURS, run

from ehr import config
from ehr.cli.token import mint


def main(clients: list[str]) -> int:
    """The number of clients whose tour failed."""
    base = config.from_environment().fhir_base
    failed = []
    for client in clients or TOURS:
        print(f"· {client}", flush=True)  # noqa: T201 # what this command is for
        if run(client, base, mint).returncode != 0:
            failed.append(client)
    print(f"Failed: {', '.join(failed)}" if failed else "Every tour went well.")  # noqa: T201
    return len(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
