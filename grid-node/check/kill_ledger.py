"""What a writer meant to write and what it was told, in a file that outlives it; and the judgement on what became of it."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

SETS = ("event", "account")


class Told(NamedTuple):
    """One observation: its set, its entity, its number, which no other has and by which it is newer than all with a lower one."""

    feature_set: str
    key: int
    serial: int


class Stored(NamedTuple):
    """One row of a history: what it states, and its id in the store."""

    feature_set: str
    key: int
    serial: int
    inserted_at: int
    sequence: int


@dataclass
class Upload:
    """``acknowledged`` once the node said so; ``abandoned`` if nobody will ask it again."""

    rows: list[Told]
    acknowledged: bool = False
    abandoned: bool = False


class Ledger:
    """Appends to the file, each entry safe on disk before the writer goes on. Several threads may share it."""

    def __init__(self, path: Path):
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")

    def intend(self, number: int, rows: Sequence[Told]) -> None:
        self._append({"intend": number, "rows": [list(row) for row in rows]})

    def acknowledge(self, number: int) -> None:
        self._append({"acknowledge": number})

    def abandon(self, number: int) -> None:
        self._append({"abandon": number})

    def close(self) -> None:
        self._file.close()

    def _append(self, entry: Mapping) -> None:
        with self._lock:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def read_ledger(path: Path) -> dict[int, Upload]:
    """The uploads by number; the last line may be cut off while the writer writes it."""
    uploads: dict[int, Upload] = {}
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        entry = json.loads(line)
        if "intend" in entry:
            uploads[entry["intend"]] = Upload([Told(*row) for row in entry["rows"]])
        elif "acknowledge" in entry:
            uploads[entry["acknowledge"]].acknowledged = True
        else:
            uploads[entry["abandon"]].abandoned = True
    return uploads


@dataclass
class Judgement:
    """``told`` are the first few findings in words. Each count is of observations, but ``torn``, which is of uploads."""

    acknowledged: int = 0
    abandoned_kept: int = 0
    abandoned_lost: int = 0
    online_missing: int = 0
    online_unknown: int = 0
    history_missing: int = 0
    history_duplicates: int = 0
    history_unknown: int = 0
    torn: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def differences(self) -> int:
        online = self.online_missing + self.online_unknown
        return online + self.history_missing + self.history_duplicates + self.history_unknown + self.torn


def judge(uploads: Mapping[int, Upload], history: Sequence[Stored], online: Mapping[tuple[str, int], int | None]) -> Judgement:
    """What was lost, doubled or torn. ``online`` has the serial that is served for each entity, None if there is none."""
    found = Judgement()
    stored = Counter(Told(row.feature_set, row.key, row.serial) for row in history)
    ids = Counter((row.feature_set, row.inserted_at, row.sequence) for row in history)
    found.history_duplicates += sum(count - 1 for count in stored.values())
    found.history_duplicates += sum(count - 1 for count in ids.values())
    meant = {row for upload in uploads.values() for row in upload.rows}
    unknown = [row for row in stored if row not in meant]
    found.history_unknown = len(unknown)
    note(found, "rows that nobody wrote", unknown)
    for number, upload in uploads.items():
        judge_upload(found, number, upload, stored)
    newest: dict[tuple[str, int], int] = {}
    for row in [*stored, *(row for upload in uploads.values() if upload.acknowledged for row in upload.rows)]:
        entity = (row.feature_set, row.key)
        newest[entity] = max(newest.get(entity, row.serial), row.serial)
    for entity, served in online.items():
        expected = newest.get(entity)
        if served == expected:
            continue
        if expected is not None and (served is None or served < expected):
            found.online_missing += 1
            note(found, f"{entity} serves {served} instead of", [expected])
        else:
            found.online_unknown += 1
            note(found, f"{entity} serves what history does not have", [served])
    return found


def judge_upload(found: Judgement, number: int, upload: Upload, stored: Mapping[Told, int]) -> None:
    missing = [row for row in upload.rows if row not in stored]
    if upload.acknowledged:
        found.acknowledged += len(upload.rows)
        found.history_missing += len(missing)
        note(found, f"acknowledged upload {number} lacks in history", missing)
    elif not missing:
        found.abandoned_kept += 1
    elif len(missing) == len(upload.rows):
        found.abandoned_lost += 1
    else:
        found.torn += 1
        note(found, f"upload {number} of {len(upload.rows)} rows, not acknowledged, is torn: it lacks", missing)


def note(found: Judgement, what: str, rows: Sequence) -> None:
    if rows:
        found.told.append(f"{what} {', '.join(str(row) for row in rows[:3])}{' ...' if len(rows) > 3 else ''}")
