"""docs/conformance.md from the marks of the tests: `python tests/conformance/page.py`.

The marks are read off the sources, so that writing the page runs nothing.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from conformance.cells import AREAS, Cell

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "conformance.md"
SPEC = "http://hl7.org/fhir/R4/"

_HEAD = """# Conformance

What is promised of FHIR R4, and the tests that prove it. Written by `make conformance` from the
marks of the tests (`tests/conformance/cells.py`). What has no test is not served yet, or served and
not marked yet.
"""


def proofs() -> dict[str, list[str]]:
    """Cell name → `path::test` of every test that is marked with it."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        where = path.relative_to(TESTS.parent).as_posix()
        for cell, test in _marked(ast.parse(path.read_text("utf-8"))):
            found.setdefault(cell, []).append(f"{where}::{test}")
    return found


def _marked(module: ast.Module) -> Iterator[tuple[str, str]]:
    functions = [
        one for one in module.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    for one in module.body:
        if isinstance(one, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in one.targets
        ):
            marks = one.value.elts if isinstance(one.value, ast.List | ast.Tuple) else [one.value]
            for cell in _cells(marks):
                yield from ((cell, function.name) for function in functions if _is_test(function))
    for function in functions:
        yield from ((cell, function.name) for cell in _cells(function.decorator_list))


def _is_test(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.name.startswith("test_")


def _cells(marks: list[ast.expr]) -> Iterator[str]:
    for mark in marks:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.proves":
            yield from (ast.literal_eval(argument) for argument in mark.args)


def page() -> str:
    """The page as it should be."""
    proven = proofs()
    parts = [_HEAD]
    for area, cells in AREAS.items():
        parts.append(f"\n## {area}\n\n| promise | proven by |\n|---|---|\n")
        parts += [_row(cell, proven.get(cell.name, [])) for cell in cells]
    return "".join(parts)


def _row(cell: Cell, tests: list[str]) -> str:
    by_file: dict[str, int] = {}
    for test in tests:
        file = test.partition("::")[0]
        by_file[file] = by_file.get(file, 0) + 1
    files = ", ".join(
        f"[{Path(file).stem}](../{file})" + (f" ({count})" if count > 1 else "")
        for file, count in by_file.items()
    )
    return f"| [{cell.says.replace('|', chr(92) + '|')}]({SPEC}{cell.spec}) | {files} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
