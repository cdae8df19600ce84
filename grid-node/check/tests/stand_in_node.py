"""A node that plays the grid for the tests of the checks: uploads and queries over HTTP, ingests and training sets over Flight.

What it knows of the rules is pandas' and the offline stand-in's; online values are its training sets at ``now``, and a fault may be
put in. It shares no code with the online oracle but the definitions' dataclasses.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
from online_calls import to_json
from stand_in import MISSING, StandIn, micros
from values import iso_text, plain_values

Spoil = Callable[[str, object], object]


class StandInNode(StandIn):
    """``spoil`` changes what is served of a path, so that online and offline differ."""

    def __init__(self, spoil: Spoil = lambda path, value: value):
        super().__init__()
        self.spoil = spoil
        self.lock = threading.Lock()
        self.served: dict[tuple, dict[tuple, dict[str, tuple]]] = {}

    def answer(self, path: str, document: dict) -> dict:
        with self.lock:
            if path == "/v1/upload":
                return self.upload(document)
            outputs, single = document["outputs"], path == "/v1/query/online"
            columns = [[value] if single else value for value in document["inputs"].values()]
            served = self.serve(list(document["inputs"]), list(zip(*columns, strict=True)) or [()], outputs, document["now"])
            if not single:
                data = {name: [row[name][0] for row in served] for name in outputs}
                return {"data": data, "errors": None, "meta": {}}
            data = [{"field": name, "value": value, "valid": valid} for name, (value, valid) in served[0].items()]
            return {"data": data, "errors": None, "meta": {"trace_id": "t"}}

    def upload(self, document: dict) -> dict:
        name = next(key for key in document["rows"][0] if "." in key).partition(".")[0]
        feature_set = self.world.sets[name]
        self.clock += 1
        for position, row in enumerate(document["rows"]):
            observed = row[document.get("observed_at") or f"{name}.{feature_set.time}"]
            told = {key.partition(".")[2]: value for key, value in row.items() if "." in key}
            key = tuple(told.pop(column) for column, _ in feature_set.key)
            fact = {
                "key": key, "observed_at": micros(observed), "inserted_at": self.clock, "sequence": (1 << 48) + position,
                "ended": bool(row.get("__tombstone")),
            }  # fmt: skip
            rows = self.told.setdefault(feature_set.identity, [])
            if fact["ended"] and not told:
                rows.append({**fact, "identity": 0, "value": None})
            for feature, value in told.items():
                declared = feature_set.feature(feature)
                rows.append({**fact, "identity": declared.identity, "value": from_upload(declared.type, value)})
        return {"observations": len(document["rows"]), "inserted_at": iso_text(self.clock), "trace_id": "t"}

    def serve(self, names: list[str], keys: list[tuple], outputs: list[str], now: str) -> list[dict[str, tuple]]:
        """For each key what is shown of each output, and whether it is there. The first question answers for the whole set."""
        question = (tuple(outputs), now, self.clock)
        if question not in self.served:
            set_name = outputs[0].partition(".")[0]
            everyone = list(dict.fromkeys([*self.world.pools[set_name], *keys])) if names else [()]
            self.served[question] = self.found(set_name, everyone, outputs, now)
        return [self.served[question].get(key, {}) for key in keys]

    def found(self, set_name: str, keys: list[tuple], outputs: list[str], now: str) -> dict[tuple, dict[str, tuple]]:
        feature_set = self.world.sets[set_name]
        roles = {set_name: (set_name, {column: column for column, _ in feature_set.key})}
        columns = {column: [key[place] for key in keys] for place, (column, _) in enumerate(feature_set.key)}
        columns["at"] = [micros(now)] * len(keys)
        answer: dict[tuple, dict[str, tuple]] = {key: {} for key in keys}
        for path in outputs:
            kind, default, values = self.column({"time": "at"}, roles, columns, path, len(keys))
            for key, value in zip(keys, values, strict=True):
                shown = self.spoil(path, default if value is MISSING else value)
                answer[key][path] = (to_json(kind, shown), value is not MISSING)
        return answer


def from_upload(kind: str, value: object) -> object:
    if value is None:
        return None
    if kind == "timestamp":
        return micros(value)
    if kind == "date":
        return plain_values(pa.array([value]).cast(pa.date32()))[0]
    return float(value) if kind == "float64" else value


class HttpHalf:
    """The stand-in's HTTP port, running until `close`."""

    def __init__(self, node: StandInNode):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps(node.answer(self.path, document)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                """Nothing: the test's output is its own."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.address = f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
