"""A training set from a Parquet file to a Parquet file, in bounded memory."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as parquet

from featuregrid.errors import FeatureGridError

# Rows that are gathered into one row group: small groups make files that are slow to read, large ones take memory.
ROWS_A_GROUP = 131_072
BYTES_A_GROUP = 64 << 20


class TrainingFile:
    """Writes an answer's batches as Parquet, complete at the end of ``with``.

    ``spine`` is the spine file's schema: its columns get their own types back.
    """

    def __init__(self, path: Path, spine: pa.Schema, answered: pa.Schema) -> None:
        own = {field.name: pa.field(field.name, _written_type(field.type)) for field in spine}
        self._schema = pa.schema([own.get(field.name, field) for field in answered])
        self._writer = parquet.ParquetWriter(path, self._schema)
        self._waiting: list[pa.RecordBatch] = []

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds the rows of one message."""
        columns = [_typed(column, field.type) for column, field in zip(batch.columns, self._schema, strict=True)]
        self._waiting.append(pa.RecordBatch.from_arrays(columns, schema=self._schema))
        rows = sum(waiting.num_rows for waiting in self._waiting)
        if rows >= ROWS_A_GROUP or sum(waiting.nbytes for waiting in self._waiting) >= BYTES_A_GROUP:
            self._flush()

    def __enter__(self) -> TrainingFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting, self._schema)
            self._writer.write_table(table.unify_dictionaries(), row_group_size=max(1, table.num_rows))
        self._waiting = []


def _written_type(given: pa.DataType) -> pa.DataType:
    """A spine column's type, where a dictionary has room for any number of values: messages may bring new ones."""
    return pa.dictionary(pa.int32(), given.value_type, given.ordered) if pa.types.is_dictionary(given) else given


def _typed(column: pa.Array, to: pa.DataType) -> pa.Array:
    if column.type == to:
        return column
    if pa.types.is_dictionary(to):
        encoded = column.cast(to.value_type).dictionary_encode()
        return pa.DictionaryArray.from_arrays(encoded.indices, encoded.dictionary, ordered=to.ordered)
    return column.cast(to)


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A temporary name beside a file; what is written there takes the file's place at the end, or vanishes after an error.

    Raises FeatureGridError INVALID_QUERY if the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        temporary.open("xb").close()
    except OSError as error:
        raise FeatureGridError("INVALID_QUERY", f"file {str(path)!r} cannot be written: {error.strerror}") from error
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
