"""Turns declared feature sets into the JSON document that ``POST /v1/apply`` takes, noting mistakes on the way."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import decimal
import enum
import math
from collections.abc import Mapping, Sequence
from typing import Any

from featuregrid.definitions.annotation import AnnotationProblem, Reading, Scope, read, text_of
from featuregrid.definitions.declaration import (
    MISSING,
    FeatureOptions,
    HasMany,
    HasOne,
    Member,
    SetDeclaration,
)
from featuregrid.definitions.expression import Expression, ExpressionProblem, Formula
from featuregrid.definitions.mistakes import Mistakes
from featuregrid.definitions.path import Paths
from featuregrid.definitions.relation import RelationProblem, links_by_condition, links_by_foreign_keys
from featuregrid.definitions.source import Sources
from featuregrid.definitions.translation.tree import NOTHING, Kinds
from featuregrid.definitions.translation.untranslatable import Untranslatable
from featuregrid.times import time_text

LATER = "not supported by this version"

# The options that a set passes on to its features, and the names that the document has for those that are renamed.
_INHERITED = ("max_staleness", "offline_ttl", "owner", "tags")
_RENAMED = {"max_staleness": "max_staleness_us", "offline_ttl": "offline_ttl_us"}


class Document:
    """The sets of one load while they are turned into JSON.

    ``sets``, ``resolvers`` (those of expressions) and ``sources`` grow as `build` runs; ``raw`` holds the text of each annotation
    that could not be read, which is sent in place of a type so that the node still sees the feature.
    """

    def __init__(self, declarations: Sequence[SetDeclaration], mistakes: Mistakes) -> None:
        self.sets: list[dict[str, Any]] = []
        self.resolvers: list[dict[str, Any]] = []
        self.sources: dict[str, str] = {}
        self.raw: dict[str, str] = {}
        self._mistakes = mistakes
        self._lines = Sources()
        self._declarations = self._unique(declarations)
        self._expressions: list[tuple[SetDeclaration, Member, Expression]] = []
        self._readings: dict[type, dict[str, Reading]] = {}

    def build(self) -> None:
        """Reads all annotations, then writes all sets: a relation needs the keys of a set that may come later."""
        for declaration in self._declarations:
            self._readings[declaration.declared] = self._read(declaration)
        for declaration in self._declarations:
            self.sets.append(self._set(declaration))
        paths = Paths(self.sets)
        for declaration, member, expression in self._expressions:
            self._resolver(paths, declaration, member, expression)

    def _unique(self, declarations: Sequence[SetDeclaration]) -> list[SetDeclaration]:
        by_name: dict[str, SetDeclaration] = {}
        for declaration in {declaration.declared: declaration for declaration in declarations}.values():
            first = by_name.setdefault(declaration.name, declaration)
            if first is not declaration:
                file, line = self._place(declaration)
                before = self._mistakes.place(*self._place(first))
                self._mistakes.add(f"set {declaration.name!r} is defined twice (first at {before})", file=file, line=line)
        return list(by_name.values())

    def _place(self, declaration: SetDeclaration, member: Member | None = None) -> tuple[str, int]:
        owner, file = (declaration.declared, declaration.file) if member is None else (member.owner, member.file)
        # The decorator's line tells classes of one name apart; it is known of the decorated class only.
        line = declaration.line if owner is declaration.declared else None
        lines = self._lines.class_lines(file, owner.__qualname__, line)
        if lines is None:
            return declaration.file, declaration.line
        return file, lines.line if member is None else lines.attributes.get(member.name, lines.line)

    def _note(self, declaration: SetDeclaration, member: Member, text: str, code: str = "INVALID_QUERY") -> None:
        file, line = self._place(declaration, member)
        name = f"{declaration.name}.{member.name}"
        self._mistakes.add(f"{name!r}: {text}", file=file, line=line, feature=name, code=code)

    def _read(self, declaration: SetDeclaration) -> dict[str, Reading]:
        readings: dict[str, Reading] = {}
        for member in declaration.members:
            if isinstance(member.value, HasMany):
                readings[member.name] = Reading(many=True)
            elif member.annotation is not MISSING:
                readings[member.name] = self._read_annotation(declaration, member)
            elif isinstance(member.value, FeatureOptions | Expression):
                text = f"it has no annotation (write {member.name}: float | None = ..., with the type it has)"
                self._note(declaration, member, text, "PARSE_FAILED")
        return readings

    def _read_annotation(self, declaration: SetDeclaration, member: Member) -> Reading:
        try:
            return read(member.annotation, Scope(member.names, self._declarations))
        except AnnotationProblem as problem:
            self._note(declaration, member, str(problem), "PARSE_FAILED")
            text = text_of(member.annotation)
            self.raw[f"{declaration.name}.{member.name}"] = text
            # Still a key if it was meant as one, so that relations to the set are not called wrong as well.
            key = text.startswith("Primary[")
            return Reading(type=text, nullable=not key, key=key)

    def _set(self, declaration: SetDeclaration) -> dict[str, Any]:
        readings = self._readings[declaration.declared]
        self.sources[declaration.name] = self._mistakes.place(*self._place(declaration)) or ""
        written: dict[str, Any] = {"name": declaration.name, "key": [], "feature_time": None, "features": [], "relations": []}
        self._note_repeated(declaration)
        for member in declaration.members:
            reading = readings.get(member.name)
            is_relation = isinstance(member.value, HasOne) or (reading is not None and reading.relation is not None)
            if reading is not None and reading.skipped:
                continue
            name = f"{declaration.name}.{member.name}"
            self.sources[name] = self._mistakes.place(*self._place(declaration, member)) or ""
            if reading is not None and reading.many:
                self._note(declaration, member, f"has-many relations are {LATER}")
            elif is_relation:
                relation = self._relation(declaration, member, reading)
                written["relations"] += [] if relation is None else [relation]
            elif reading is not None:
                self._feature(declaration, member, reading, written)
        return written

    def _note_repeated(self, declaration: SetDeclaration) -> None:
        lines = self._lines.class_lines(declaration.file, declaration.declared.__qualname__, declaration.line)
        for name, line in lines.repeated.items() if lines else ():
            full = f"{declaration.name}.{name}"
            self._mistakes.add(f"{full!r} is defined twice in its class", file=declaration.file, line=line, feature=full)

    def _feature(self, declaration: SetDeclaration, member: Member, reading: Reading, written: dict[str, Any]) -> None:
        feature: dict[str, Any] = {
            "name": member.name,
            "type": self._type(declaration, member, reading),
            "nullable": reading.nullable,
        }
        if reading.key:
            written["key"].append(member.name)
        if reading.feature_time and written["feature_time"] is not None:
            text = f"the set has a feature time already, {written['feature_time']!r} (expected one at most)"
            self._note(declaration, member, text)
        elif reading.feature_time:
            written["feature_time"] = member.name
        for option, value in self._options(declaration, member, reading).items():
            converted = self._option(declaration, member, option, value)
            if converted is not None:
                feature[_RENAMED.get(option, option)] = converted
        written["features"].append(feature)

    def _options(self, declaration: SetDeclaration, member: Member, reading: Reading) -> Mapping[str, Any]:
        inherited = {} if reading.key else {option: declaration.options.get(option) for option in _INHERITED}
        own: Mapping[str, Any] = {}
        if isinstance(member.value, FeatureOptions):
            own = member.value.given
        elif isinstance(member.value, Expression):
            own = {"expression": member.value}
        elif member.value is not MISSING:
            own = {"default": member.value}
        merged = {option: value for option, value in inherited.items() if value is not None}
        return {**merged, **own}

    def _option(self, declaration: SetDeclaration, member: Member, option: str, value: Any) -> Any:
        """The option's JSON; None for nothing, also after a mistake."""
        if value is None:
            return None
        if option == "expression":
            self._note_expression(declaration, member, value)
            return None
        try:
            if option in _RENAMED:
                return duration_json(value)
            if option == "tags":
                return [value] if isinstance(value, str) else [str(tag) for tag in value]
            return value_json(value)
        except (TypeError, ValueError) as problem:
            self._note(declaration, member, f"{option} is {value!r} ({problem})")
            return None

    def _note_expression(self, declaration: SetDeclaration, member: Member, value: Any) -> None:
        if isinstance(value, Expression):
            self._expressions.append((declaration, member, value))
        else:
            self._note(declaration, member, f"expression is {value!r:.100} (expected one of features, as _.distance / 60)")

    def _resolver(self, paths: Paths, declaration: SetDeclaration, member: Member, expression: Expression) -> None:
        """Writes the resolver of a feature that an expression computes; its name is the feature's full one."""
        name = f"{declaration.name}.{member.name}"

        def kinds_of(path: tuple[str, ...]) -> Kinds:
            try:
                return paths.kinds(".".join((declaration.name, *path)))
            except Untranslatable as problem:
                # An unknown name is told by the node, with all others.
                if paths.feature(".".join((declaration.name, *path))) is None:
                    return NOTHING
                raise ExpressionProblem(f"{problem.reason}, which expressions do not take (write a function)") from None

        self.sources[f"resolver:{name}"] = self.sources[name]
        try:
            formula = Formula(expression, kinds_of)
        except ExpressionProblem as problem:
            self._note(declaration, member, f"its expression: {problem}")
            return
        inputs = [{"feature": ".".join((declaration.name, *path)), "optional": True} for path in formula.paths]
        self.resolvers.append(
            {
                "name": name,
                "set": declaration.name,
                "inputs": inputs,
                "outputs": [member.name],
                "expression": formula.tree,
                "tags": [],
                "timeout_us": None,
                "store_offline": True,
                "owner": None,
                "description": None,
            }
        )

    def _type(self, declaration: SetDeclaration, member: Member, reading: Reading) -> str:
        """The type word; that of a foreign key is the type of the key that it names, through any number of sets."""
        seen: list[str] = [f"{declaration.name}.{member.name}"]
        while reading.foreign_key is not None:
            target, column = reading.foreign_key
            seen.append(f"{target.name}.{column}")
            found = self._readings.get(target.declared, {}).get(column)
            if found is None or not found.key or len(set(seen)) < len(seen):
                round_about = len(set(seen)) < len(seen)
                why = "the foreign keys lead round in a circle" if round_about else f"{seen[-1]!r} is no key column of its set"
                self._note(declaration, member, f"{why} (a foreign key is annotated as the other set's key: {' -> '.join(seen)})")
                self.raw[seen[0]] = seen[-1]
                return seen[-1]
            reading = found
        if seen[-1] in self.raw:
            self.raw[seen[0]] = self.raw[seen[-1]]
        return reading.type or ""

    def _relation(self, declaration: SetDeclaration, member: Member, reading: Reading | None) -> dict[str, Any] | None:
        target = reading.relation if reading is not None else None
        try:
            if reading is not None and target is None:
                text = text_of(member.annotation)
                raise RelationProblem(f"it is annotated {text!r} (expected the class of the set that it leads to)")
            if isinstance(member.value, HasOne):
                scope = Scope(member.names, self._declarations)
                target, on = links_by_condition(declaration, target, member.value.condition, scope, self._keys)
            elif member.value is not MISSING:
                raise RelationProblem(f"a relation has the value {member.value!r} (expected has_one(...) or nothing)")
            else:
                assert target is not None
                on = links_by_foreign_keys(declaration, target, self._readings[declaration.declared], self._keys(target))
        except RelationProblem as problem:
            self._note(declaration, member, str(problem))
            return None
        return {"name": member.name, "set": target.name, "many": False, "colocate": False, "on": on}

    def _keys(self, declaration: SetDeclaration) -> list[str]:
        readings = self._readings.get(declaration.declared, {})
        return [member.name for member in declaration.members if member.name in readings and readings[member.name].key]


def duration_json(value: Any) -> Any:
    """Text as it is, a timedelta in microseconds, 0 as itself. Raises TypeError for a number, whose unit nobody knows."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.timedelta):
        return value // datetime.timedelta(microseconds=1)
    if type(value) is int and value == 0:
        return 0
    raise TypeError("expected a duration such as '90s', '1h30m' or 'infinity', or a timedelta")


def value_json(value: Any) -> Any:
    """A value as JSON has it. Raises TypeError for what has no form.

    NaN and infinities are text, times ISO-8601 in UTC, decimals text, bytes base64, enums their value; lists and arrays are
    arrays, dicts, dataclasses and named tuples objects.
    """
    if isinstance(value, enum.Enum):
        value = value.value
    if hasattr(value, "item") and not isinstance(value, str | bytes) and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, datetime.datetime):
        return time_text(value, "value")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(name): None if inner is None else value_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [None if inner is None else value_json(inner) for inner in value]
    raise TypeError("expected a number, text, bool, bytes, datetime, date, Decimal, enum, list or dict")
