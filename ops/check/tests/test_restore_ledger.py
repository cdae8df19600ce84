"""The oracle of bin/check restore: what it takes for one moment, and what it does not."""

from __future__ import annotations

from restore_ledger import Row, Write, cut, newest, visible


def write(kind: str, begin: float, end: float, inserted: int, serial: int, key: int = 1, observed: int = 5) -> Write:
    return Write(kind, begin, end, inserted, (Row("event", key, serial, observed),))


def test_before_is_in_after_is_out_and_between_the_stamp_decides() -> None:
    writes = [
        write("upload", 0, 1, 10, 1),
        write("upload", 2, 3, 20, 2),
        write("upload", 3, 4, 30, 3),
        write("upload", 8, 9, 40, 4),
    ]
    found = cut(writes, 1.5, 7, 25, set())
    assert [row.serial for taken in found.taken for row in taken.rows] == [1, 2]
    assert (found.before, found.during_in, found.during_out, found.after, found.told) == (1, 1, 1, 1, [])


def test_an_ingest_is_in_as_a_whole_if_any_of_it_is() -> None:
    ingest = Write("ingest", 2, 3, 99, (Row("event", 1, 1, 0), Row("event", 2, 2, 0)))
    assert cut([ingest], 1, 7, 25, {("event", 2)}).taken == [ingest]
    assert cut([ingest], 1, 7, 25, set()).taken == []


def test_a_later_write_without_an_earlier_one_is_no_moment() -> None:
    writes = [write("ingest", 2, 3, 20, 1), write("upload", 4, 5, 22, 2)]
    assert len(cut(writes, 1, 7, 25, set()).told) == 1
    assert cut(writes, 1, 7, 25, {("event", 1)}).told == []


def test_what_was_erased_later_is_not_visible_and_the_newest_is_served() -> None:
    writes = [
        write("upload", 0, 1, 10, 1, observed=7),
        write("upload", 0, 1, 12, 2, observed=6),
        write("upload", 0, 1, 11, 3, key=2),
        write("erase", 2, 3, 20, 0, key=2),
        write("upload", 4, 5, 30, 4, key=2, observed=1),
    ]
    rows = visible(writes)
    assert set(rows) == {("event", 1), ("event", 2), ("event", 4)}
    assert newest(rows.values()) == {("event", 1): 1, ("event", 2): 4}
