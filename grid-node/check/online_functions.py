"""Random functions of features: their text in the world's definitions, and what CPython says that they give.

The oracle gives the function's own text, undecorated, to CPython, over the oracle's own values; it imports nothing of the engine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from online_oracle import OnlineOracle
from online_world import kind_of
from oracle import MISSING
from values import PYTHON_TYPES, as_date, as_datetime
from world import NO_DEFAULT, FeatureSet, World

FUNCTIONS_A_SET = 6
CASES = ("calls", "defaults", "nones", "without a call", "failures", "upstream", "workers", "through relations")
# What a parameter is made into first, by its kind, and the kind of that.
PARTS = {
    "int64": [("{a} % 7", "int64"), ("{a} // 3", "int64"), ("{a} / 3", "float64"), ("{a} == 0", "bool"), ("str({a})", "string")],
    "float64": [
        ("{a} * 0.1 + 1.0", "float64"), ("{a} < 0.5", "bool"), ("{a} % 2.5", "float64"), ("10.0 / {a}", "float64"),
        ("str({a})", "string"), ("abs({a})", "float64"),
    ],
    "string": [("len({a})", "int64"), ("{a}.upper()", "string"), ("{a}[1:3]", "string"), ("{a} < {a}.upper()", "bool")],
    "bool": [("not {a}", "bool"), ("1 if {a} else 0", "int64")],
    "timestamp": [
        ("{a}.year", "int64"), ("{a}.hour * 60 + {a}.minute", "int64"), ("{a}.isoformat()", "string"),
        ("(now - {a}).total_seconds() / 3600", "float64"),
    ],
    "date": [("{a}.year", "int64"), ("{a}.isoformat()", "string"), ("{a}.weekday()", "int64")],
}  # fmt: skip
EXPRESSIONS = [("{a} / 3", "float64"), ("{a} * 0.5 + 1.25", "float64"), ("2.5 / {a}", "float64"), ("{a} < 7", "bool")]
DEFAULTS = {"int64": 7, "float64": 0.25, "string": "preset", "bool": True}


class Failed:
    """A value that could not be computed."""

    def __repr__(self) -> str:
        return "FAILED"


FAILED = Failed()


@dataclass(frozen=True)
class Input:
    """A parameter; ``nullable`` if its feature is or the parameter says so, ``default`` the feature's."""

    path: str
    kind: str
    nullable: bool
    default: object
    optional: bool = False


@dataclass(frozen=True)
class Function:
    """One function that computes one feature. ``body`` are the lines of it, over the parameters a, b, ... and now."""

    set_name: str
    name: str
    kind: str
    nullable: bool
    default: object
    inputs: tuple[Input, ...]
    body: tuple[str, ...]
    decorator: str
    options: tuple[str, ...]
    expression: str | None = None

    @property
    def path(self) -> str:
        return f"{self.set_name}.{self.name}"

    @property
    def takes_now(self) -> bool:
        return any("now" in line for line in self.body)

    def parameters(self) -> list[str]:
        return [chr(ord("a") + place) for place in range(len(self.inputs))]

    def plain_text(self) -> str:
        """The function without anything of the engine's."""
        names = [*self.parameters(), "now"]
        return "\n".join([f"def {self.name}({', '.join(names)}):", *(f"    {line}" for line in self.body)])


def random_functions(generator: random.Random, world: World) -> list[Function]:
    """Functions for every keyed set: of own features and of those a relation away, the last of each also of another function."""
    made: list[Function] = []
    for name, feature_set in sorted(world.sets.items()):
        if not feature_set.key:
            continue
        known = inputs_of(world, feature_set)
        own: list[Function] = []
        for place in range(FUNCTIONS_A_SET):
            chosen = generator.sample(known, min(len(known), generator.randint(1, 3)))
            far = [one for one in known if one.path.count(".") > 1]
            if place == 1 and far:
                chosen[0] = generator.choice(far)
            if place == FUNCTIONS_A_SET - 1:
                earlier = generator.choice(own)
                chosen[0] = Input(earlier.path, earlier.kind, earlier.nullable, earlier.default)
            own.append(random_function(generator, name, place, list(dict.fromkeys(chosen))))
        numbers = [one for one in known if one.kind in ("int64", "float64")]
        if numbers:
            own.append(random_expression(generator, name, generator.choice(numbers)))
        made += own
    return made


def random_expression(generator: random.Random, set_name: str, chosen: Input) -> Function:
    """An expression of a feature, in which null propagates."""
    text, kind = generator.choice(EXPRESSIONS)
    body = ("if a is None:\n        return None", f"return {text.format(a='a')}")
    given = as_option(chosen)
    expression = text.format(a=f"_.{chosen.path.partition('.')[2]}")
    return Function(set_name, "expressed", kind, True, NO_DEFAULT, (given,), body, "", (), expression)


def inputs_of(world: World, feature_set: FeatureSet) -> list[Input]:
    found = [(f"{feature_set.name}.{one.name}", one) for one in feature_set.features]
    for relation in feature_set.relations:
        found += [(f"{feature_set.name}.{relation.name}.{one.name}", one) for one in world.sets[relation.target].features]
    return [Input(path, kind_of(world, path), one.nullable, one.default) for path, one in found]


def random_function(generator: random.Random, set_name: str, place: int, chosen: Sequence[Input]) -> Function:
    inputs = tuple(one if one.nullable or generator.random() < 0.7 else as_option(one) for one in chosen)
    names = [chr(ord("a") + number) for number in range(len(inputs))]
    parts = [generator.choice(PARTS[one.kind]) for one in inputs]
    texts = [text.format(a=name) for (text, _), name in zip(parts, names, strict=True)]
    kind, result = combined(generator, texts, [made for _, made in parts])
    # At times nothing is done about None, so that it meets the operation and fails as CPython does.
    guarded = [name for name, one in zip(names, inputs, strict=True) if one.nullable and generator.random() < 0.85]
    body = [f"if {name} is None:\n        return {generator.choice(['None', result_default(kind)])}" for name in guarded]
    body.append(f"return {result}")
    worker = place == 2
    options = ['max_staleness="1h"'] if place == 3 else []
    default = DEFAULTS[kind] if generator.random() < 0.3 else NO_DEFAULT
    if default is not NO_DEFAULT:
        options.append(f"default={default!r}")
    return Function(
        set_name, f"computed_{place}", kind, generator.random() < 0.8, default, inputs, tuple(body),
        '@online(frame="scalar", name="{}")' if worker else '@online(name="{}")', tuple(options),
    )  # fmt: skip


def as_option(one: Input) -> Input:
    """The same input of a parameter that says ``| None``."""
    return Input(one.path, one.kind, True, one.default, True)


def combined(generator: random.Random, texts: Sequence[str], kinds: Sequence[str]) -> tuple[str, str]:
    """One expression of all parts, and its kind."""
    if len(texts) == 1:
        # The declared type wins: what fits without loss is converted, and the rest fails.
        kind = {"bool": "int64", "int64": "float64"}.get(kinds[0], kinds[0]) if generator.random() < 0.3 else kinds[0]
        return kind, texts[0]
    if all(kind == "float64" for kind in kinds):
        return "float64", " + ".join(f"({text})" for text in texts)
    if kinds[0] == "bool":
        return kinds[1], f"({texts[1]}) if ({texts[0]}) else None"
    return "string", "f'" + " ".join(f"{{{text}}}" for text in texts) + "'"


def result_default(kind: str) -> str:
    return repr(DEFAULTS[kind])


def with_functions(definitions: str, world: World, functions: Sequence[Function]) -> str:
    """The definitions with the features that functions compute, and the functions behind."""
    for feature_set in world.sets.values():
        lines = [f"class {feature_set.class_name}:"]
        for one in functions:
            if one.set_name == feature_set.name:
                optional = " | None" if one.nullable else ""
                value = f" = feature({', '.join(one.options)})" if one.options else ""
                value = f" = {one.expression}" if one.expression else value
                lines.append(f"    {one.name}: {PYTHON_TYPES[one.kind]}{optional}{value}")
        definitions = definitions.replace(f"class {feature_set.class_name}:\n", "\n".join(lines) + "\n")
    text = [definitions.replace("import FeatureTime,", "import FeatureTime, Now, _, online,"), ""]
    for one in functions:
        if one.expression:
            continue
        class_name = world.sets[one.set_name].class_name
        annotations = [annotation(each, class_name) for each in one.inputs]
        parameters = [f"{name}: {said}" for name, said in zip(one.parameters(), annotations, strict=True)]
        if one.takes_now:
            parameters.append("now: Now")
        name = f"{one.set_name}_{one.name}"
        text += ["", one.decorator.format(name), f'def {name}({", ".join(parameters)}) -> "{class_name}.{one.name}":']
        text += [*(f"    {line}" for line in one.body), ""]
    return "\n".join(text)


def annotation(one: Input, class_name: str) -> str:
    return f'"{class_name}.{one.path.partition(".")[2]}{" | None" if one.optional else ""}"'


class FunctionOracle:
    """What a computed feature of an entity is at an instant: a value, MISSING or FAILED. ``cases`` counts what the answers met."""

    def __init__(self, stored: OnlineOracle, functions: Sequence[Function], broken: str | None = None):
        self.cases: Counter[str] = Counter()
        self.broken = broken
        self._stored = stored
        self._functions = {one.path: one for one in functions}
        self._compiled: dict[str, Callable[..., object]] = {}

    def value(self, path: str, key: tuple, now: int) -> object:
        function = self._functions[path]
        arguments = []
        for one in function.inputs:
            value = self.value(one.path, key, now) if one.path in self._functions else self._stored.at_path(one.path, key, now)
            self.cases["through relations"] += one.path.count(".") > 1 and value is not MISSING
            failed = value is FAILED
            if (failed or value is MISSING) and one.default is not NO_DEFAULT and self.broken != "default":
                self.cases["defaults"] += 1
                value = one.default
            if value is MISSING or value is FAILED or value is None:
                if not one.nullable:
                    self.cases["upstream" if failed else "without a call"] += 1
                    return FAILED if failed else MISSING
                self.cases["nones"] += 1
                value = None
            arguments.append(as_python(one.kind, value))
        self.cases["calls"] += 1
        self.cases["workers"] += "frame" in function.decorator
        try:
            return converted(function, self._plain(function)(*arguments, as_datetime(now)))
        except (ArithmeticError, TypeError, ValueError, AttributeError, LookupError):
            self.cases["failures"] += 1
            return FAILED

    def shown(self, path: str, value: object) -> object:
        """The value as a reply shows it."""
        default = self._functions[path].default
        if value is FAILED or (value is MISSING and default is NO_DEFAULT):
            return None
        return default if value is MISSING else value

    def _plain(self, function: Function) -> Callable[..., object]:
        if function.path not in self._compiled:
            names: dict[str, Callable[..., object]] = {}
            exec(function.plain_text(), names)
            self._compiled[function.path] = names[function.name]
        return self._compiled[function.path]


def as_python(kind: str, value: object) -> object:
    if value is None:
        return None
    return {"timestamp": as_datetime, "date": as_date}.get(kind, lambda plain: plain)(value)


def converted(function: Function, result: object) -> object:
    """The result as a value of the declared type. Raises ValueError if something would be lost, or None is given for none."""
    if result is None:
        if not function.nullable:
            raise ValueError("None")
        return None
    if function.kind == "int64" and isinstance(result, bool):
        return int(result)
    if function.kind == "float64" and isinstance(result, int):
        if int(float(result)) != result:
            raise ValueError("lossy")
        return float(result)
    return result


def paths_by_set(functions: Sequence[Function]) -> Mapping[str, list[Function]]:
    found: dict[str, list[Function]] = {}
    for one in functions:
        found.setdefault(one.set_name, []).append(one)
    return found
