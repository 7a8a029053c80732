"""The tests that mirror what differs from main, for `make check`; all, when all may fail.

python tests/touched.py        # prints paths for pytest, one a line
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
PACKAGES = frozenset({"ehr", "fhir_api", "auth", "seed", "migrations"})
ALWAYS = ("tests/contracts", "tests/migrations")
EVERYTHING = ("tests",)
_DOCS_ARE_TRUE = "tests/fhir_api/test_docs.py"


def changed() -> list[str]:
    """Paths of this branch that main has otherwise, and those that are not committed."""
    base = _git("merge-base", "HEAD", "main") or ["HEAD"]
    differing = _git("diff", "--name-only", base[0])
    return differing + _git("ls-files", "--others", "--exclude-standard")


def folders(paths: Iterable[str]) -> tuple[str, ...]:
    """The tests of these paths: of each its mirror, or everything for what everything needs."""
    found = set(ALWAYS)
    for path in map(PurePosixPath, paths):
        top = path.parts[0]
        if top in ("docs", "README.md"):
            found.add(_DOCS_ARE_TRUE)
        elif top in PACKAGES:
            found.add(_mirror(path))
        elif top == "tests" and path.name.startswith("test_"):
            found.add(str(path.parent))
        elif top == "tests" or path.suffix in (".toml", ".lock"):
            return EVERYTHING
    return tuple(sorted(one for one in found if (ROOT / one).exists()))


def _mirror(path: PurePosixPath) -> str:
    """`ehr/search/page.py` → `tests/ehr/search`; `ehr/db.py` → `tests/ehr/test_db.py`."""
    own = PurePosixPath("tests", path.parent, f"test_{path.stem}.py")
    if len(path.parts) == 2 and (ROOT / own).exists():
        return str(own)
    folder = PurePosixPath("tests", path.parent)
    while not (ROOT / folder).is_dir():
        folder = folder.parent
    return str(folder)


def _git(*words: str) -> list[str]:
    done = subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.split("\n")[:-1]


if __name__ == "__main__":
    differing = changed()
    sys.stdout.write("\n".join(folders(differing) if differing else EVERYTHING) + "\n")
