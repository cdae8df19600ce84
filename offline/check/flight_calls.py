"""Training sets, ingests and history over Arrow Flight with nothing but pyarrow, as any program would call them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pyarrow.flight as flight


def put_observations(client: flight.FlightClient, set_name: str, table: pa.Table, options: dict, batch_rows: int = 65_536) -> dict:
    """Ingests the table into a set; answers the counts that the server wrote back."""
    return put_batches(client, set_name, table.schema, batches_of(table, batch_rows), options)


def put_batches(
    client: flight.FlightClient, set_name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], options: dict
) -> dict:
    """The same for batches that are made on the way; the options go before the first."""
    descriptor = flight.FlightDescriptor.for_path("observations", set_name)
    writer, reader = client.do_put(descriptor, schema)
    answer = None
    try:
        for place, batch in enumerate(batches):
            if place == 0:
                writer.write_with_metadata(batch, json.dumps(options).encode())
            else:
                writer.write_batch(batch)
        writer.done_writing()
        answer = reader.read()
    finally:
        # A refusal met while writing is only told in full on closing.
        writer.close()
    if answer is None:
        raise RuntimeError(f"DoPut to observations/{set_name} ended without counts (expected put metadata)")
    return json.loads(answer.to_pybytes())


def training_set(client: flight.FlightClient, command: dict, spine: pa.Table, batch_rows: int = 65_536) -> tuple[pa.Table, dict]:
    """The answer in one table, and the report of its last message."""
    batches: list[pa.RecordBatch] = []
    schema, report = exchange(client, command, spine.schema, batches_of(spine, batch_rows), batches.append)
    return pa.Table.from_batches(batches, schema), report


def exchange(
    client: flight.FlightClient,
    command: dict,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    receive: Callable[[pa.RecordBatch], None],
) -> tuple[pa.Schema, dict]:
    """Sends a spine and hands on each batch of the answer as it comes; neither is ever held whole.

    Answers the schema of the answer and the report. The spine is written by a thread of its own, since a server may begin
    to answer, and stop reading, before it has read everything.
    """
    writer, reader = client.do_exchange(flight.FlightDescriptor.for_command(json.dumps(command).encode()))
    failed: list[BaseException] = []

    def send() -> None:
        try:
            writer.begin(schema)
            for batch in batches:
                writer.write_batch(batch)
            writer.done_writing()
        except BaseException as error:
            failed.append(error)

    sender = threading.Thread(target=send, name="spine")
    sender.start()
    report = None
    try:
        for chunk in reader:
            if chunk.data is not None:
                receive(chunk.data)
            if chunk.app_metadata is not None:
                report = json.loads(chunk.app_metadata.to_pybytes())
        answer_schema = reader.schema
    finally:
        sender.join()
        # A refusal that only the writer met is told in full on closing.
        writer.close()
    if failed:
        raise failed[0]
    if report is None:
        raise RuntimeError("the answer ended without a report (expected JSON in the app_metadata of its last message)")
    return answer_schema, report


def history(client: flight.FlightClient, set_name: str) -> pa.Table:
    """Every row of a set's history table, streamed by whichever endpoints the server names for it."""
    information = client.get_flight_info(flight.FlightDescriptor.for_path("history", set_name))
    tables = [client.do_get(endpoint.ticket).read_all() for endpoint in information.endpoints]
    return pa.concat_tables(tables) if tables else information.schema.empty_table()


def batches_of(table: pa.Table, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """The table in batches, at least one; dictionaries are the same in all of them."""
    table = table.unify_dictionaries().combine_chunks()
    batches = table.to_batches(max_chunksize=batch_rows)
    if not batches:
        batches = [pa.RecordBatch.from_arrays([pa.array([], field.type) for field in table.schema], schema=table.schema)]
    yield from batches
