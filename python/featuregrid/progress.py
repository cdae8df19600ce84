"""A progress bar for long transfers, shown to people only: on a terminal, and not for what ends within a second."""

from __future__ import annotations

import sys
from types import TracebackType

from tqdm import tqdm

LONG_ROWS = 200_000
PATIENCE_SECONDS = 1.0


class Progress:
    """Counts rows on stderr. ``total`` is their number, or None if it is not known; nothing is shown without a terminal."""

    def __init__(self, what: str, total: int | None) -> None:
        long = total is not None and total > LONG_ROWS
        self._bar = tqdm(
            total=total,
            desc=what,
            unit=" rows",
            unit_scale=True,
            leave=False,
            delay=0.0 if long else PATIENCE_SECONDS,
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
        )

    def advance(self, rows: int) -> None:
        """So many rows more are done."""
        self._bar.update(rows)

    def reached(self, rows: int, note: str = "") -> None:
        """So many rows are done in all; ``note`` is shown behind."""
        self._bar.update(rows - self._bar.n)
        self._bar.set_postfix_str(note)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.close()
