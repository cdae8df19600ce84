"""Compares a training set with the oracle's answer, cell by cell, and tells of a difference so that it can be followed up."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pyarrow as pa
from check_report import Report
from oracle import MISSING, Answer, Oracle, Question, Role, declared, usable, winner
from training_requests import TrainingRequest
from values import ARROW_TYPES, plain_values, same, shown
from world import FeatureSet

OBSERVATIONS_SHOWN = 25


class Comparison:
    """Compares the answers of one run. ``missing_meanings``: what the report's ``missing`` can still mean after those seen.

    Whether it counts the rows that were kept or all rows is not said, but has to be the same in every answer.
    """

    def __init__(self, report: Report, oracle: Oracle):
        self.report = report
        self.oracle = oracle
        self.missing_meanings = {"kept rows", "all rows"}
        self.cells = 0

    def compare(self, where: str, sets: Mapping[str, FeatureSet], request: TrainingRequest, table: pa.Table, told: Mapping) -> None:
        answer = self.oracle.answer(sets, request.question, request.rows)
        self.cells += len(answer.kept) * len(request.question.features)

        def context() -> str:
            return describe_request(request)

        wanted_names = [*request.spine.schema.names, *request.question.features]
        if table.schema.names != wanted_names:
            self.report.difference(f"{where}: columns", f"expected {wanted_names}\ngot      {table.schema.names}\n{context()}")
            return
        if table.num_rows != len(answer.kept):
            self.report.difference(f"{where}: rows", lambda: self.describe_rows(sets, request, answer, table))
        else:
            self.compare_spine(where, answer, request, table, context)
            for path in request.question.features:
                self.compare_column(where, sets, request, answer, path, table, context)
        # Last, since a wrong value also makes the counts wrong and tells more.
        self.compare_report(where, answer, request, told, context)

    def describe_rows(self, sets: Mapping[str, FeatureSet], request: TrainingRequest, answer: Answer, table: pa.Table) -> str:
        """How many rows there are, and, when the spine numbers its rows, how the oracle came to keep or drop the first at odds."""
        lines = [f"expected {len(answer.kept)}", f"got      {table.num_rows}", describe_request(request)]
        if "row" not in table.schema.names:
            return "\n".join(lines)
        got = set(table.column("row").to_pylist())
        at_odds = sorted(got ^ set(answer.kept))
        if at_odds:
            spine_row = request.rows[at_odds[0]]
            kept = "dropped" if at_odds[0] in got else "kept"
            lines.append(f"spine row {at_odds[0]} should be {kept}: {shown_row(request.question, spine_row)}")
            for path in request.question.required:
                lines += [f"required {path}:", *self.trail(sets, request.question, spine_row, path)]
        return "\n".join(lines)

    def compare_report(self, where: str, answer: Answer, request: TrainingRequest, told: Mapping, context) -> None:
        dropped = len(request.rows) - len(answer.kept)
        for name, expected in (("rows", len(answer.kept)), ("dropped", dropped)):
            if told.get(name) != expected:
                self.report.difference(
                    f"{where}: the report's {name}", f"expected {expected}\ngot      {told.get(name)}\nreport: {told}\n{context()}"
                )
        counted = {path: count for path, count in (told.get("missing") or {}).items() if count}
        meanings = {"kept rows": answer.missing_of_kept, "all rows": answer.missing_of_all}
        fitting = {
            meaning for meaning, counts in meanings.items() if counted == {path: count for path, count in counts.items() if count}
        }
        if not fitting & self.missing_meanings:
            self.report.difference(
                f"{where}: the report's missing",
                f"expected {answer.missing_of_kept} of the kept rows, {answer.missing_of_all} of all rows;"
                f" all answers so far count {' or '.join(sorted(self.missing_meanings))}\ngot      {counted}\n{context()}",
            )
            return
        self.missing_meanings &= fitting

    def compare_spine(self, where: str, answer: Answer, request: TrainingRequest, table: pa.Table, context) -> None:
        """The spine's columns come back as they went: names, types and values, in the order of the spine."""
        expected_rows = request.spine.unify_dictionaries().combine_chunks().take(pa.array(answer.kept, pa.int64()))
        for name in request.spine.schema.names:
            wanted, got = expected_rows.column(name), table.column(name)
            if wanted.type != got.type:
                self.report.difference(
                    f"{where}: type of the spine's column {name!r}", f"expected {wanted.type}\ngot      {got.type}\n{context()}"
                )
                continue
            if wanted.equals(got):
                continue
            wrong = [row for row, pair in enumerate(zip(plain_values(wanted), plain_values(got), strict=True)) if not same(*pair)]
            if wrong:
                row = wrong[0]
                self.report.difference(
                    f"{where}: the spine's column {name!r} in {len(wrong)} rows",
                    f"output row {row}: expected {plain_values(wanted)[row]!r}, got {plain_values(got)[row]!r}\n{context()}",
                    len(wrong),
                )

    def compare_column(self, where, sets, request: TrainingRequest, answer: Answer, path: str, table: pa.Table, context) -> None:
        kind = declared(sets, request.question, path).type
        column, expected = table.column(path), answer.columns[path]
        if column.type != ARROW_TYPES[kind]:
            self.report.difference(
                f"{where}: type of {path}", f"expected {ARROW_TYPES[kind]} (declared {kind})\ngot      {column.type}\n{context()}"
            )
            return
        got = plain_values(column)
        wrong = [row for row in range(len(expected)) if not same(expected[row], got[row])]
        if not wrong:
            return
        row = wrong[0]

        def details() -> str:
            spine_row = request.rows[answer.kept[row]]
            return "\n".join([
                f"output row {row}, spine row {answer.kept[row]}: {shown_row(request.question, spine_row)}",
                f"expected {shown(kind, expected[row])}",
                f"got      {shown(kind, got[row])}",
                context(),
                *self.trail(sets, request.question, spine_row, path),
            ])  # fmt: skip

        self.report.difference(f"{where}: {path} in {len(wrong)} of {len(expected)} rows", details, len(wrong))

    def trail(self, sets: Mapping[str, FeatureSet], question: Question, row: Mapping[str, object], path: str) -> list[str]:
        """How the oracle came to a value: each set on the path with the observations of its entity and why each one counts."""
        name, *relations, last = path.split(".")
        if path in question.inputs:
            return [f"given by the spine's column {question.inputs[path]!r}"]
        if row[question.time] is None:
            return ["the row has no time"]
        role = question.roles.get(name) or Role(name, {})
        feature_set = sets[role.set_name]
        key = tuple(row[role.keys[column]] for column, _ in feature_set.key)
        lines: list[str] = []
        for hop, relation_name in enumerate(relations):
            relation = feature_set.relation(relation_name)
            found = []
            for _, link in relation.on:
                found.append(
                    self.oracle.link(feature_set, key, link, row[question.time], question, row, name if hop == 0 else None)
                )
                lines += self.told(feature_set, key, link, row[question.time], question)
            if any(part is None or part is MISSING for part in found):
                return [*lines, f"{relation_name} is not followed: {found}"]
            feature_set, key = sets[relation.target], tuple(found)
        return lines + self.told(feature_set, key, last, row[question.time], question)

    def told(self, feature_set: FeatureSet, key: tuple, name: str, time: int, question: Question) -> list[str]:
        feature, lifetime = feature_set.feature(name), feature_set.lifetime(feature_set.feature(name))
        everything = self.oracle.observations(feature_set, key)
        tells = sorted((one for one in everything if one.tells_of(feature.identity)), key=lambda one: one.stamp)
        best = winner(tells, feature.identity, lifetime, time, question, self.oracle.broken)
        lines = [
            f"{feature_set.name} {key!r}: {len(tells)} of {len(everything)} observations tell of {name}"
            f" (ttl {'for ever' if lifetime is None else f'{lifetime} us'}), from old to new:"
        ]
        for one in tells[-OBSERVATIONS_SHOWN:]:
            counts = usable(one, feature.identity, lifetime, time, question, self.oracle.broken)
            state = ("wins" if one is best else "older") if counts else "no"
            value = "tombstone" if one.ends(feature.identity) else shown(feature.type, one.values[feature.identity])
            lines.append(
                f"  {state:5} observed_at {shown('timestamp', one.observed_at)} inserted_at {shown('timestamp', one.inserted_at)}"
                f" sequence {one.sequence >> 48}<<48|{one.sequence & (1 << 48) - 1}: {value}"
            )
        return lines


def shown_row(question: Question, row: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={shown('timestamp' if name == question.time else None, value)}" for name, value in row.items())


def describe_request(request: TrainingRequest) -> str:
    spine = f"{describe_schema(request.spine.schema)}, {len(request.rows)} rows"
    return f"request: {json.dumps(request.command)}\nspine:   {spine}, sent in batches of {request.batch_rows}"


def describe_schema(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)
