"""FeatureGrid with nothing but pyarrow: actions, history and a training set from a plain Arrow Flight client.

Run it against the Flight port of a node that has the example in it: python plain_flight.py 127.0.0.1:8815
"""

import json
import sys

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import flight

client = flight.connect(f"grpc://{sys.argv[1]}")
print("actions:", *(f"{action.type} ({action.description})" for action in client.list_actions()), sep="\n  ")

# The history of a set is a stream of its table as it is; the first few flights are enough here. What queries computed stands in it too,
# in rows that carry nothing else.
history = client.get_flight_info(flight.FlightDescriptor.for_path("history", "flight"))
stream = client.do_get(history.endpoints[0].ticket)
flights = []
for chunk in stream:
    flights.append(chunk.data.filter(pc.is_valid(chunk.data["sched_dep"])))
    if sum(batch.num_rows for batch in flights) >= 5:
        break
stream.cancel()
first = pa.Table.from_batches(flights).slice(0, 5)
print("history:", *first.to_pylist(), sep="\n  ")

# A training set is one exchange: the spine goes up, the same rows with the features come down.
command = {
    "type": "training_set",
    "time": "sched_dep",
    "keys": {"flight.id": "flight_id"},
    "features": ["flight.origin_airport.temp", "flight.plane.seats", "flight.airline.last_arr_delay"],
}
spine = pa.table({"flight_id": first["id"], "sched_dep": first["sched_dep"]})
writer, reader = client.do_exchange(flight.FlightDescriptor.for_command(json.dumps(command)))
with writer:
    writer.begin(spine.schema)
    writer.write_table(spine)
    writer.done_writing()
    chunks = list(reader)
batches = [chunk.data for chunk in chunks if chunk.data is not None]
print("training set:", *pa.Table.from_batches(batches).to_pylist(), sep="\n  ")
print("report:", chunks[-1].app_metadata.to_pybytes().decode())
