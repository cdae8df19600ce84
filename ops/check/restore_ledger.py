"""What was written, as its writer was answered, and which of it has to be in a backup: an oracle that knows nothing of the node."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One observation: ``serial`` is its value, and no two writes have one in common; ``observed`` in microseconds."""

    feature_set: str
    key: int
    serial: int
    observed: int


@dataclass(frozen=True)
class Write:
    """An acknowledged write. ``begin`` and ``end`` are seconds of the machine's monotonic clock, ``inserted`` microseconds.

    ``kind`` is ``upload``, ``ingest`` or ``erase``, of which ``rows`` names entities and ``inserted`` is the mark.
    """

    kind: str
    begin: float
    end: float
    inserted: int
    rows: tuple[Row, ...]


@dataclass
class Cut:
    """Which writes are in, and what contradicts that there was one moment."""

    taken: list[Write] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    before: int = 0
    during_in: int = 0
    during_out: int = 0
    after: int = 0


def read_ledger(path: Path) -> list[Write]:
    """The writes of a ledger file, a JSON object a line."""
    writes = []
    for line in path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        rows = tuple(Row(*row) for row in told["rows"])
        writes.append(Write(told["kind"], told["begin"], told["end"], told["inserted"], rows))
    return writes


def cut(writes: Sequence[Write], begun: float, ended: float, point: int, stored: set[tuple[str, int]]) -> Cut:
    """The writes that a backup between ``begun`` and ``ended`` with its point at ``point`` has to have, no more and no fewer.

    What was acknowledged before it began is in, what began after it ended is out. Of what comes between, single writes are in by
    their inserted_at; an ingest is given its own when it begins, so it is in if any of its rows is (``stored`` has set and serial),
    and then wholly. What was acknowledged before another write began is in if that is.
    """
    found = Cut()
    for write in writes:
        if write.end < begun:
            found.before += 1
            taken = True
        elif write.begin > ended:
            found.after += 1
            taken = False
        else:
            taken = (
                any((row.feature_set, row.serial) in stored for row in write.rows)
                if write.kind == "ingest"
                else write.inserted < point
            )
            found.during_in += taken
            found.during_out += not taken
        if taken:
            found.taken.append(write)
    latest = max((write.begin for write in found.taken), default=0.0)
    chosen = set(map(id, found.taken))
    for write in writes:
        if id(write) not in chosen and write.end < latest:
            found.told.append(
                f"{write.kind} acknowledged at {write.end:.3f} is not in the backup, but a write begun at {latest:.3f} is"
            )
    return found


def visible(writes: Iterable[Write]) -> dict[tuple[str, int], tuple[Row, int]]:
    """The rows that nobody erased afterwards, by set and serial, with their inserted_at."""
    writes = list(writes)
    marks: dict[tuple[str, int], int] = {}
    for write in writes:
        if write.kind == "erase":
            for row in write.rows:
                entity = (row.feature_set, row.key)
                marks[entity] = max(marks.get(entity, 0), write.inserted)
    return {
        (row.feature_set, row.serial): (row, write.inserted)
        for write in writes
        if write.kind != "erase"
        for row in write.rows
        if write.inserted > marks.get((row.feature_set, row.key), 0)
    }


def newest(rows: Iterable[tuple[Row, int]]) -> dict[tuple[str, int], int]:
    """The serial that each entity serves: of the observation with the greatest (observed_at, inserted_at)."""
    best: dict[tuple[str, int], tuple[int, int, int]] = {}
    for row, inserted in rows:
        stamp = (row.observed, inserted, row.serial)
        entity = (row.feature_set, row.key)
        if entity not in best or stamp > best[entity]:
            best[entity] = stamp
    return {entity: stamp[2] for entity, stamp in best.items()}
