"""The table of docs/architecture.md: every part of the package is there, none imports upwards."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "canonpose"
UPWARDS = {("datasets", "virtual")}
"""The one arrow that the page names."""


def rows():
    """Row of every part of the package, counted from the top."""
    lines = (ROOT / "docs" / "architecture.md").read_text().splitlines()
    cells = [line.split("|")[1] for line in lines if line.startswith("| `")]
    parts = [re.findall(r"`(\w+)(?:/|\.py)`", cell) for cell in cells]
    return {part: number for number, names in enumerate(parts) for part in names}


def part_of(file):
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(file):
    """Parts that a file imports from."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from re.findall(r"^canonpose\.(\w+)", node.module)


def test_every_part_is_in_the_table():
    parts = {part_of(file) for file in PACKAGE.rglob("*.py")} - {"__init__", "__main__"}
    assert parts <= set(rows())


def test_nothing_imports_upwards():
    row = rows()
    arrows = {(part_of(f), part) for f in PACKAGE.rglob("*.py") for part in imported(f)}
    assert len(arrows) > 100
    named = {(low, high) for low, high in arrows if low in row and high in row}
    assert {(low, high) for low, high in named if row[high] > row[low]} == UPWARDS
