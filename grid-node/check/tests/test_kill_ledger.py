"""The judgement on what became of uploads: each kind of loss is found, and counted as what it is."""

from __future__ import annotations

import pytest
from kill_ledger import Judgement, Ledger, Stored, Told, Upload, judge, read_ledger

ROWS = [Told("event", 1, 1), Told("event", -1, 2), Told("account", -1, 3)]
MORE = [Told("event", -1, 4), Told("account", 5, 5)]


def stored(rows: list[Told], inserted_at: int = 10) -> list[Stored]:
    return [Stored(*row, inserted_at, position) for position, row in enumerate(rows)]


ONLINE = {("event", 1): 1, ("event", -1): 4, ("account", -1): 3, ("account", 5): 5}
UPLOADS = {1: Upload(ROWS, acknowledged=True), 2: Upload(MORE, acknowledged=True)}


def test_nothing_is_missing_when_everything_is_there() -> None:
    found = judge(UPLOADS, stored(ROWS) + stored(MORE, 11), ONLINE)
    assert found == Judgement(acknowledged=5)
    assert found.differences == 0


@pytest.mark.parametrize(
    ("history", "online", "expected"),
    [
        (stored(ROWS[1:]) + stored(MORE, 11), ONLINE, {"history_missing": 1}),
        (stored(ROWS) + stored(MORE, 11) + stored(MORE[:1], 12), ONLINE, {"history_duplicates": 1}),
        (stored(ROWS) + stored(MORE, 10), ONLINE, {"history_duplicates": 1}),
        (stored(ROWS) + stored(MORE, 11), {**ONLINE, ("event", -1): 2}, {"online_missing": 1}),
        (stored(ROWS) + stored(MORE, 11), {**ONLINE, ("event", 1): None}, {"online_missing": 1}),
        (stored(ROWS) + stored(MORE, 11), {**ONLINE, ("event", 1): 9}, {"online_unknown": 1}),
        (stored(ROWS) + stored(MORE, 11), {**ONLINE, ("event", 8): 8}, {"online_unknown": 1}),
        (stored(ROWS) + stored(MORE, 11) + stored([Told("event", 7, 7)], 12), ONLINE, {"history_unknown": 1}),
    ],
)
def test_each_loss_is_counted_as_what_it_is(history: list[Stored], online: dict, expected: dict[str, int]) -> None:
    found = judge(UPLOADS, history, online)
    counts = ("history_missing", "history_duplicates", "history_unknown", "online_missing", "online_unknown", "torn")
    assert {name: getattr(found, name) for name in counts if getattr(found, name)} == expected
    assert found.differences == 1


def test_what_was_not_acknowledged_is_whole_or_not_there() -> None:
    uploads = {1: UPLOADS[1], 2: Upload(MORE, abandoned=True)}
    without = {**ONLINE, ("event", -1): 2, ("account", 5): None}
    lost = judge(uploads, stored(ROWS), without)
    assert (lost.differences, lost.abandoned_lost, lost.abandoned_kept) == (0, 1, 0)
    kept = judge(uploads, stored(ROWS) + stored(MORE, 11), ONLINE)
    assert (kept.differences, kept.abandoned_lost, kept.abandoned_kept) == (0, 0, 1)
    torn = judge(uploads, stored(ROWS) + stored(MORE[:1], 11), {**ONLINE, ("account", 5): None})
    assert (torn.differences, torn.torn) == (1, 1)
    served_only = judge(uploads, stored(ROWS), ONLINE)
    assert served_only.online_unknown == 2


def test_a_ledger_is_read_while_it_is_written(tmp_path) -> None:
    path = tmp_path / "ledger"
    ledger = Ledger(path)
    ledger.intend(1, ROWS)
    ledger.intend(2, MORE)
    ledger.acknowledge(1)
    ledger.abandon(2)
    ledger.intend(3, MORE)
    ledger.close()
    with path.open("a") as file:
        file.write('{"acknowl')
    assert read_ledger(path) == {1: Upload(ROWS, acknowledged=True), 2: Upload(MORE, abandoned=True), 3: Upload(MORE)}
