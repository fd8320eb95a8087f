"""What failed of a corpus, as a file that programs read."""

import json
from collections.abc import Iterable
from pathlib import Path

from canonpose.corpus.task import Outcome
from canonpose.files import write_whole


def write_failures(outcomes: Iterable[Outcome], path: Path) -> None:
    """Write a line of JSON for each: file, end, message, attempts, seconds, where.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    lines = [
        json.dumps(
            {
                "file": str(outcome.task.file),
                "end": outcome.end,
                "message": outcome.message,
                "attempts": outcome.task.attempt,
                "seconds": round(outcome.seconds, 3),
                "where": outcome.where,
            },
            ensure_ascii=False,
        )
        for outcome in outcomes
    ]
    write_whole(path, "".join(line + "\n" for line in lines))
