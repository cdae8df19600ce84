"""A node as Python sees it: `connect`, and the `Grid` that applies definitions, writes, asks and builds training sets."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa

from featuregrid.access import Access, access_of
from featuregrid.backups import run_backup
from featuregrid.bulk import BulkInput, answer_table, ask_in_pieces
from featuregrid.declared_types import DeclaredTypes
from featuregrid.definitions import load
from featuregrid.definitions.mistakes import together
from featuregrid.definitions.reference import set_name
from featuregrid.entity import EntityView, key_document
from featuregrid.errors import FeatureGridError, of_errors
from featuregrid.flight import FlightConnection
from featuregrid.frames import open_parquet, row_stream
from featuregrid.node import ANSWER_SECONDS, Node, find_url
from featuregrid.progress import Progress
from featuregrid.query import QueryReply, UnexpectedType, asked_for, named_values, query_options, read_reply
from featuregrid.spine import check_clash, spine_of
from featuregrid.times import time_text
from featuregrid.training import ROW_NUMBER, TrainingRequest, check_columns, training_request
from featuregrid.training_file import TrainingFile, replaced
from featuregrid.writes import keys_document, upload_document


@dataclass(frozen=True)
class ApplyResult:
    """The difference that an apply made, or would make.

    ``version`` is the catalog's version afterwards, the same as before if nothing changed. ``added``, ``changed`` and
    ``removed`` name sets, ``set.feature`` and ``set.relation``; ``details`` says of some what changed. ``breaks`` are resolvers and
    named queries that depend on what goes, ``{"object", "because", "through", "stays"}``; ``costs`` says what stored values lose.
    """

    version: int
    added: list[str]
    changed: list[str]
    removed: list[str]
    details: dict[str, str]
    breaks: list[dict[str, Any]] = field(default_factory=list)
    costs: dict[str, str] = field(default_factory=dict)


def connect(
    url: str | None = None,
    home: str | Path | None = None,
    timeout: float = ANSWER_SECONDS,
    token: str | None = None,
    tls_root_certs: str | bytes | Path | None = None,
) -> Grid:
    """Reaches a node by the address of its HTTP port, ``http://host:port``; the node tells where its Flight port is.

    Without ``url``: the node that runs in the folder ``home``, else ``FEATUREGRID_URL``, else the node in ``FEATUREGRID_HOME``
    or ``~/.featuregrid``, else ``http://127.0.0.1:8080``. ``timeout`` are the seconds
    that a call over HTTP waits for its answer. ``token`` says who asks, without it ``FEATUREGRID_TOKEN``. A node at ``https://``
    shows a certificate: ``tls_root_certs``, a file in PEM or its content, vouches for it; without it
    ``FEATUREGRID_TLS_ROOT_CERTS``, for a node of a home folder its own certificate, else those that the system trusts.
    Raises FeatureGridError UPSTREAM_FAILED if no node answers, UNAUTHENTICATED if it does not know the token.
    """
    found, certificate = find_url(url, home)
    return Grid(found, timeout, access_of(token, tls_root_certs, certificate))


class Grid:
    """A connection to a node. Use it in ``with``, or `close` it.

    ``url`` is the node's address. ``last_report`` is the report of the training set or bulk query made last, or None:
    ``{rows, dropped, missing, failed, trace_id, ...}``. ``types`` knows the types of features as the node's catalog has them.
    Threads may share a connection, but then the last report is anyone's. Every method raises FeatureGridError; Ctrl-C ends a call
    and is passed on.
    """

    def __init__(self, url: str, timeout: float = ANSWER_SECONDS, access: Access | None = None) -> None:
        self._node = Node(url, timeout, access)
        self.url = self._node.url
        self.last_report: dict[str, Any] | None = None
        self.types = DeclaredTypes(self.catalog)
        try:
            described = self._node.get("/v1/node")
            self._flight = FlightConnection(self._flight_address(described), access, bool(described.get("tls")))
        except BaseException:
            self._node.close()
            raise

    def _flight_address(self, described: Any) -> str:
        address = described.get("flight") if isinstance(described, dict) else None
        host, colon, port = str(address).rpartition(":")
        if not colon or not port.isdigit():
            raise FeatureGridError("INTERNAL_SERVER_ERROR", f"{self.url}/v1/node tells no Flight port (got {described!r})")
        if host.strip("[]") in ("", "0.0.0.0", "::"):
            # Bound to every address of its machine: the one that HTTP was reached by is as good as any.
            host = f"[{self._node.host}]" if ":" in self._node.host else self._node.host
        return f"{host}:{port}"

    def __enter__(self) -> Grid:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Grid({self.url!r})"

    def close(self) -> None:
        """Ends the connection."""
        self._flight.close()
        self._node.close()

    def catalog(self) -> dict[str, Any]:
        """The catalog as JSON: ``{format, version, sets: [{name, key, features, ...}], ...}``."""
        catalog: dict[str, Any] = self._node.get("/v1/catalog")
        return catalog

    def apply(self, definitions: Any, replace: bool = False, dry_run: bool = False) -> ApplyResult:
        """Makes the catalog what the definitions say; what they lack is removed.

        ``definitions`` is a ``.py`` file, a package folder, a module or its dotted name, or a list of classes decorated with
        ``@features``, functions decorated with ``@online`` and named queries. The sources of functions that stay Python, and jars,
        are sent before. ``replace`` allows a feature's type or a set's key to change, at the loss of its values, and definitions
        without any set, which remove all. ``dry_run`` only tells the difference, what breaks by it and what it costs. Raises one
        FeatureGridError with every mistake in ``errors``, each message starting with ``file:line``; CONFLICT if the catalog was changed meanwhile.
        """
        loaded = load(definitions)
        document = {"base_version": self.catalog()["version"], "replace": replace, **loaded.document}
        if loaded.mistakes:
            found = self._mistakes_of_node(document, loaded.artifacts) if loaded.complete else []
            raise of_errors(together(loaded.mistakes, found, loaded.raw))
        try:
            self._send_artifacts(loaded.artifacts)
            answer = self._node.post("/v1/apply?plan=true" if dry_run else "/v1/apply", document)
        except FeatureGridError as error:
            raise of_errors(together([], error.errors, {}), error.trace_id) from None
        self.types.forget()
        return ApplyResult(
            answer["version"],
            answer["added"],
            answer["changed"],
            answer["removed"],
            dict(answer.get("details") or {}),
            list(answer.get("breaks") or []),
            dict(answer.get("costs") or {}),
        )

    def backup(self, directory: str, progress: Callable[[dict[str, Any]], None] | None = None) -> dict[str, Any]:
        """Copies what the node holds at one moment into a folder of its machine, an absolute path that is empty or absent.

        Writes go on meanwhile: what was acknowledged before the call is in the backup, what begins after it is not. Returns
        ``{directory, point, observations, online_rows, erasures, files, bytes, paused_ms, ...}``. ``progress`` hears how far it is:
        ``{state, step, files, bytes, ...}``. Ctrl-C ends the backup; the folder is none then. Raises CONFLICT if the folder is not
        empty or another backup runs.
        """
        return run_backup(self._node, directory, progress)

    def _send_artifacts(self, artifacts: Mapping[str, bytes]) -> None:
        for digest, content in artifacts.items():
            stored = self._node.post_bytes("/v1/artifacts", content)
            if stored.get("sha256") != digest:
                raise FeatureGridError("INTERNAL_SERVER_ERROR", f"the node stored {stored} (expected the SHA-256 {digest})")

    def _mistakes_of_node(self, document: Mapping[str, Any], artifacts: Mapping[str, bytes]) -> list[dict[str, Any]]:
        try:
            self._send_artifacts(artifacts)
            self._node.post("/v1/apply?plan=true", document)
        except FeatureGridError as error:
            # Only what concerns the definitions: a node that fails now does not take the place of known mistakes.
            return error.errors if error.category in ("request", "field") else []
        return []

    def ingest(
        self,
        feature_set: Any,
        table: Any,
        observed_at: str | datetime.datetime | None = None,
        nulls: str = "keep",
        ingest_id: str | None = None,
        round: str | None = None,
        preserve_inserted_at: str | None = None,
        allow_future: bool = False,
        tombstone: str | None = None,
    ) -> dict[str, Any]:
        """Stores a table's rows as observations of a set, all or none, and returns the counts.

        ``feature_set`` is the set's name or its class; ``table`` is a pandas or polars DataFrame, Arrow data, or the path of a
        Parquet file. Columns are key columns, features and those that options name. A null in a column that is there is a
        carried null (``nulls="skip"``: not carried); pandas' NaN and NaT are null, an Arrow NaN is a value.
        ``observed_at`` names a column of times, or is one time for all rows. ``ingest_id`` makes a retry harmless: rows that
        were stored under it are not stored again. ``round="floor"`` accepts times finer than a microsecond.
        ``preserve_inserted_at`` names a column with another store's insertion times; ``allow_future`` accepts times to come;
        ``tombstone`` names a bool column, true where the row ends its entity.
        Returns ``{"rows", "history", "online", "inserted_at", "ingest_id"}``. A bad row raises VALIDATION_FAILED and nothing is
        stored. After an interrupt while the node stores, the rows may be there: repeat with the same ``ingest_id``.
        """
        stream = row_stream(table)
        options = {
            "observed_at": None if observed_at is None else time_text(observed_at, "observed_at"),
            "nulls": nulls,
            "ingest_id": ingest_id,
            "round": round,
            "preserve_inserted_at": preserve_inserted_at,
            "allow_future": allow_future or None,
            "tombstone": tombstone,
        }
        name = set_name(feature_set)
        with Progress(f"ingest {name}", stream.rows) as progress:

            def counted() -> Any:
                for batch in stream.batches:
                    yield batch
                    progress.advance(batch.num_rows)

            given = {option: value for option, value in options.items() if value is not None}
            return self._flight.put(("observations", name), stream.schema, counted(), given)

    def query(
        self,
        inputs: Mapping[Any, Any],
        outputs: Any = None,
        now: str | datetime.datetime | None = None,
        staleness: Mapping[Any, str | datetime.timedelta] | None = None,
        **options: Any,
    ) -> QueryReply:
        """Asks for features as they are now, each with what is needed to get it, and returns a `QueryReply`.

        ``inputs`` are values that are known, ``{"flight.id": "a"}``; ``outputs`` are names or references,
        or a named query: ``"model_a@2"``, or nothing and ``query_name="model_a", version=2``.
        ``now`` asks as of another time; ``staleness`` allows values to be older or forbids it, ``{"flight.speed": "10m"}``.
        Options: ``explain=True`` adds the plan as text, ``include_meta=True`` to each feature where it came from; ``deadline_ms``
        bounds the wait at the node; ``tags``, ``environment``, ``required_resolver_tags``, ``correlation_id``, and
        ``meta`` go along (``tags`` choose among functions that have tags, all ``required_resolver_tags`` must be had by each
        function that runs); ``durable_log=True`` waits until computed values are safe;
        ``defaults=False`` shows what is missing as None.
        What a single feature meets stands in ``reply.errors``; what the whole query meets is raised.
        """
        body = {
            "inputs": named_values(inputs, "inputs"),
            **query_options(now=now, staleness=staleness, **options),
            **asked_for(outputs, options),
        }
        return read_reply(self._node.post("/v1/query/online", body, reads=True), self.types)

    def explain(
        self,
        inputs: Mapping[Any, Any],
        outputs: Any = None,
        staleness: Mapping[Any, str | datetime.timedelta] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """The plan of a `query` that is not run: ``{"text", "plan"}``, for people and for programs. Arguments are those of `query`.

        How a query went, its plan with what each step took, is ``query(..., explain=True).explain``.
        """
        body = {
            "inputs": named_values(inputs, "inputs"),
            **query_options(now=None, staleness=staleness, **options),
            **asked_for(outputs, options),
        }
        answer = self._node.post("/v1/query/explain", body, reads=True)
        return {"text": answer["explain_output"], "plan": answer["explain_plan"]}

    def explain_training_set(self, spine_columns: Sequence[str], features: Any, **options: Any) -> str:
        """The plan of a `training_set` over a spine with these columns, as text. ``options`` are those of `training_set`."""
        request = training_request(features, **options)
        body = {"command": request.command, "spine": list(spine_columns)}
        return "".join(self._flight.act_text("explain", body))

    def query_bulk(
        self,
        inputs: Any,
        outputs: Any = None,
        now: str | datetime.datetime | None = None,
        staleness: Mapping[Any, str | datetime.timedelta] | None = None,
        **options: Any,
    ) -> Any:
        """`query` for many entities at once: a frame of the inputs' kind with the outputs' columns behind, row for row.

        ``inputs`` is a mapping of features to columns (then pandas comes back if it is installed, else an Arrow Table), a pandas
        or polars DataFrame, or Arrow data; columns without a dot in their name are kept and do not travel. ``options`` are those
        of `query`. Types are those of a training set; what is null, missing or failed is null. The report
        ``{errors, meta, trace_id}``, whose errors name their ``row``, is attached as a training set's is, and is `last_report`.
        Many rows go in several requests, which may see different nows unless ``now`` is given.
        """
        rows = BulkInput(inputs)
        asked = {**query_options(now=now, staleness=staleness, **options), **asked_for(outputs, options)}
        with Progress("query", rows.rows) as progress:
            answer = ask_in_pieces(
                rows.columns(),
                rows.rows,
                lambda columns: self._node.post("/v1/query/bulk", {"inputs": columns, **asked}, reads=True),
                progress.advance,
            )
        table = answer_table(answer, asked.get("outputs", list(answer["data"])), self.types)
        report = {"errors": answer["errors"], "meta": answer["meta"], "trace_id": answer["meta"].get("trace_id")}
        self.last_report = report
        return rows.joined(table, report)

    def upload(
        self, observations: Any, observed_at: str | datetime.datetime | None = None, ingest_id: str | None = None
    ) -> dict[str, Any]:
        """Writes observations, all or none, and returns ``{"observations", "inserted_at", "trace_id"}`` once they are safe.

        ``observations`` is a mapping of features to columns, ``{"flight.id": ["a"], "flight.delay": [3.0]}``, a list of rows,
        ``[{"flight.id": "a", "flight.delay": 3.0}]``, or a frame with such columns. None and null are carried nulls; a feature that
        is absent from a row is not touched by it; ``"__tombstone": True`` in a row ends what it names, or all of its entity.
        ``observed_at`` is one time for all, or the name of a column of times; default: now. ``ingest_id`` makes a retry harmless.
        For large tables there is `ingest`.
        """
        answer: dict[str, Any] = self._node.post("/v1/upload", upload_document(observations, observed_at, ingest_id))
        return answer

    def erase(self, keys: Any) -> dict[str, Any]:
        """Erases entities from online store and history: one, ``{"flight.id": "a"}``, or a list of them.

        From then on nothing that was written of them before is served or joined; files are rewritten later. Returns the node's
        word, ``{"erased", "mark", ...}``, which also says what is not rewritten.
        """
        answer: dict[str, Any] = self._node.delete("/v1/entities", keys_document(keys))
        return answer

    def get(self, feature_set: Any, key: Any = None, at: str | datetime.datetime | None = None) -> EntityView:
        """What is this value: every feature of one entity with value, age and origin, or why it is missing.

        ``key`` is the value of the key column, ``{"column": value, ...}`` for a composite key, or None for a global set. With
        ``at``: as it was then, from history.
        """
        name = set_name(feature_set)
        body = {"set": name, "key": key_document(name, key, self.types)}
        if at is not None:
            body["at"] = time_text(at, "at")
        raw = self._node.post("/v1/entity", body, reads=True)
        try:
            return EntityView(raw, self.types)
        except UnexpectedType:
            self.types.forget()
            return EntityView(raw, self.types)

    def load(
        self,
        feature_set: Any,
        as_of: str | datetime.datetime = "now",
        progress: Callable[[dict[str, Any]], None] | None = None,
    ) -> dict[str, Any]:
        """Brings a set's history into the grid, as of a time, and returns ``{"rows", "as_of"}``. What is newer there stays.

        ``progress`` is called with ``{"rows", "buckets", "of"}`` as it goes on; without it a terminal shows a bar. A load that was
        interrupted goes on where it was when it is asked for again.
        """
        name = set_name(feature_set)
        last: dict[str, Any] = {}
        with Progress(f"load {name}", None) as bar:
            for last in self._flight.act("load", {"set": name, "as_of": time_text(as_of, "as_of")}):
                if "buckets" not in last:
                    continue
                if progress is None:
                    bar.reached(last["rows"], f"{last['buckets']} of {last['of']} buckets")
                else:
                    progress(last)
        if "rows" not in last:
            raise FeatureGridError("INTERNAL_SERVER_ERROR", f"the load of {name!r} ended with {last} (expected its rows)")
        return last

    def history(self, feature_set: Any) -> pa.Table:
        """Everything that the history of a set holds, as an Arrow Table: its columns and ``__observed_at`` and other stamps."""
        schema, batches = self._flight.read("history", set_name(feature_set))
        return pa.Table.from_batches(batches, schema)

    def training_set(
        self,
        spine: Any,
        features: Any,
        *,
        time: str,
        keys: Mapping[Any, str] | None = None,
        sets: Mapping[str, Mapping[str, Any]] | None = None,
        inputs: Mapping[Any, str] | None = None,
        end: str = "inclusive",
        delay: str | datetime.timedelta | None = None,
        cutoff: str | datetime.datetime | None = None,
        required: Sequence[Any] = (),
        defaults: bool = True,
        recompute: Sequence[Any] = (),
        sample: Sequence[Any] = (),
        errors: str = "null",
    ) -> Any:
        """Joins to each row of a spine the values that features had at the row's time.

        ``spine`` is a pandas or polars DataFrame, Arrow data, or the path of a Parquet file (then an Arrow Table comes back).
        ``features`` are names like ``flight.plane.seats`` or references like ``Flight.plane.seats``, or a named query,
        ``"model_a@2"``. ``time`` names the spine's column of times; one without a zone is UTC. ``keys`` maps key columns to spine
        columns, ``{"flight.id": "flight_id"}``;
        ``sets`` declares roles, ``{"origin": {"set": "airport", "keys": {"faa": "origin"}}}``; ``inputs`` gives a spine
        column's values for a feature. ``end="exclusive"`` leaves out what was observed at the very time; ``delay`` looks so
        much earlier; ``cutoff`` is a time, or ``"spine"`` for each row's own, after which nothing may have been inserted.
        Rows where one of ``required`` is missing are dropped; ``defaults=False`` shows missing values as null.

        Returns a frame of the spine's kind: its columns, index and order as they were, then a column for each feature. In
        pandas an int64 feature is ``Int64`` and a bool ``boolean``, with or without nulls. The report is ``frame.report`` and
        ``frame.attrs["report"]`` in pandas, ``frame.report`` in polars, in Arrow the schema's metadata
        ``featuregrid.report``, and always `last_report`.
        """
        request = training_request(
            features, time=time, keys=keys, sets=sets, inputs=inputs, end=end, delay=delay, cutoff=cutoff, required=required,
            defaults=defaults, recompute=recompute, sample=sample, errors=errors,
        )  # fmt: skip
        joined_to = spine_of(spine)
        check_columns(request.needed, joined_to.names)
        check_clash(joined_to.names, request.features)
        sent = joined_to.columns(request.needed)
        number = ROW_NUMBER
        while number in request.needed:
            number += "_"
        if request.may_drop:
            sent = sent.append_column(number, pa.array(range(joined_to.rows), pa.int64()))
        answer, report = self._exchanged(request, sent)
        kept = answer.column(number).to_pylist() if request.may_drop else None
        self.last_report = report
        answered = request.features or [name for name in answer.schema.names if name not in sent.schema.names]
        return joined_to.joined(answer.select(answered), kept, report)

    def _exchanged(self, request: TrainingRequest, sent: pa.Table) -> tuple[pa.Table, dict[str, Any]]:
        stream = row_stream(sent)
        with (
            Progress("training set", stream.rows) as progress,
            self._flight.exchange(request.command, stream.schema, stream.batches) as answer,
        ):
            received = []
            for batch in answer:
                received.append(batch)
                progress.advance(batch.num_rows)
            table = pa.Table.from_batches(received, answer.schema)
        missing = [name for name in request.features if name not in table.schema.names]
        if missing or (not request.may_drop and table.num_rows != sent.num_rows):
            raise FeatureGridError(
                "INTERNAL_SERVER_ERROR",
                f"the node answered {table.num_rows} rows of {table.schema.names} (expected {sent.num_rows} rows with "
                f"{request.features})",
            )
        return table, answer.metadata or {}

    def training_set_file(self, spine: str | Path, out: str | Path, features: Any, **options: Any) -> dict[str, Any]:
        """`training_set` from a Parquet file to a Parquet file, in memory that does not grow with them; returns the report.

        ``options`` are those of `training_set`. ``out`` appears when it is complete; a file of that name is replaced then.
        """
        request = training_request(features, **options)
        with open_parquet(spine) as file:
            schema = file.schema_arrow
            check_columns(request.needed, schema.names)
            check_clash(schema.names, request.features)
        stream = row_stream(spine)
        with (
            replaced(Path(out).expanduser()) as temporary,
            Progress("training set", stream.rows) as progress,
            self._flight.exchange(request.command, stream.schema, stream.batches) as answer,
            TrainingFile(temporary, schema, answer.schema) as written,
        ):
            for batch in answer:
                written.write(batch)
                progress.advance(batch.num_rows)
        self.last_report = answer.metadata or {}
        return self.last_report
