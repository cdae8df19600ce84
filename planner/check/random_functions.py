"""Random functions of features as source text, and random rows of inputs: typed so that most compute, and some fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from random_prelude import INPUTS

INT_FORMATS = ["d", "5d", "05d", "+d", ",", "_", "x", "#x", "o", "b", "X", "<8", "^9", "*>7d", ".2f", "e", "g", "%", ""]
FLOAT_FORMATS = [".2f", "8.3f", "+.1f", "e", ".3e", "g", ".4g", ",.2f", "_.1f", "%", ".1%", "010.2f", "<12", "^12.1f", "#.3g", ""]
TEXT_FORMATS = ["", "5", ">8", "*^9", ".2", "<4.1", "s"]
TIME_FORMATS = ["", "%H:%M", "%m/%d", "%S.%f", "%j", "week %d"]


@dataclass
class Function:
    """One function: its text with placeholders for its name and result, and its parameters, each an input's name."""

    text: str
    parameters: list[str]
    optional: list[bool]


class RandomFunctions:
    """Writes functions and rows from one random source."""

    def __init__(self, source: random.Random):
        self._random = source
        self._variables: list[tuple[str, str]] = []
        self._nullable: list[tuple[str, str]] = []
        self._lines: list[str] = []
        self._fresh = 0
        self._makers: dict[str, Callable[[int], str]] = {
            kind: getattr(self, f"_{kind}") for kind in ("int", "float", "bool", "str", "datetime", "date", "timedelta")
        }

    def function(self) -> Function:
        """The next function; ``{name}`` and ``{returns}`` in its text are still open, ``{p0}`` and so on its annotations."""
        names = self._random.sample(sorted(INPUTS), self._random.randint(2, 5))
        optional = [INPUTS[name][2] and self._random.random() < 0.85 for name in names]
        self._variables = [(name, INPUTS[name][0]) for name, may in zip(names, optional, strict=True) if not may]
        self._nullable = [(name, INPUTS[name][0]) for name, may in zip(names, optional, strict=True) if may]
        self._lines, self._fresh = [], 0
        kind = self._pick(["int", "int", "float", "float", "bool", "str", "str", "datetime", "date"])
        if self._random.random() < 0.3:
            self._lines.append('    """A docstring."""')
        self._block(kind, 1, self._random.randint(0, 5), 2)
        self._lines.append(f"    return {self._result(kind)}")
        parameters = ", ".join(f"{name}: {{p{index}}}" for index, name in enumerate(names))
        text = f"def {{name}}({parameters}) -> {{returns}}:\n" + "\n".join(self._lines) + "\n"
        return Function(text, names, optional)

    # Statements.

    def _block(self, kind: str, indent: int, count: int, depth: int) -> None:
        for _ in range(count):
            self._statement(kind, indent, depth)

    def _statement(self, kind: str, indent: int, depth: int) -> None:
        pad = "    " * indent
        roll = self._random.random()
        if roll < 0.40:
            self._assign(pad)
        elif roll < 0.50 and self._variables:
            self._augment(pad)
        elif roll < 0.58 and self._nullable:
            name, _ = self._pick(self._nullable)
            test = self._pick([f"{name} is None", f"not {name}", f"{name} == None"])
            end = self._pick(
                [
                    "return None",
                    f"return {self._of(kind, 1)}",
                    'raise ValueError("none")',
                    f"{name} = {self._literal(self._kind_of(name))}",
                ]
            )
            self._lines += [f"{pad}if {test}:", f"{pad}    {end}"]
        elif roll < 0.60:
            self._lines.append(
                f"{pad}assert {self._of('bool', 1)} or {self._of('bool', 1)} or {self._of('bool', 1)}"
                + self._pick(["", ', "no"', f", {self._of('str', 1)}"])
            )
        elif roll < 0.64:
            self._lines.append(f"{pad}{self._pick(['pass', '...', self._of('int', 2)])}")
        elif roll < 0.70:
            self._lines += [f"{pad}if {self._of('bool', 2)}:", f"{pad}    return {self._result(kind)}"]
        elif roll < 0.73:
            message = self._pick(['("bad")', "", f"({self._of('str', 1)})", f'(f"got {{{self._plain()}}}")'])
            test = " and ".join(self._of("bool", 1) for _ in range(3))
            self._lines += [
                f"{pad}if {test}:",
                f"{pad}    raise {self._pick(['ValueError', 'RuntimeError', 'TypeError'])}{message}",
            ]
        elif depth > 0:
            self._choice(kind, indent, depth - 1)
        else:
            self._assign(pad)

    def _assign(self, pad: str) -> None:
        kind = self._pick(["int", "float", "str", "bool", "datetime", "timedelta", "date"])
        known = [name for name, each in self._variables if each == kind]
        if known and self._random.random() < 0.35:
            self._lines.append(f"{pad}{self._pick(known)} = {self._of(kind, 3)}")
            return
        if self._random.random() < 0.12:
            other = self._pick(["int", "float", "str"])
            one, two = self._name(), self._name()
            self._lines.append(f"{pad}{one}, {two} = {self._of(kind, 2)}, {self._of(other, 2)}")
            self._variables += [(one, kind), (two, other)]
            return
        name = self._name()
        annotation = ": int" if self._random.random() < 0.1 else ""
        self._lines.append(f"{pad}{name}{annotation} = {self._of(kind, 3)}")
        self._variables.append((name, kind))

    def _augment(self, pad: str) -> None:
        name, kind = self._pick(self._variables)
        ways = {
            "int": ["+=", "-=", "*=", "//=", "%=", "&=", "|=", "^="],
            "float": ["+=", "-=", "*=", "/=", "//=", "%="],
            "str": ["+="],
            "datetime": ["+=", "-="],
            "date": ["+=", "-="],
            "timedelta": ["+=", "-="],
            "bool": ["&=", "|=", "^="],
        }
        operand = "timedelta" if kind in ("datetime", "date") else kind
        self._lines.append(f"{pad}{name} {self._pick(ways[kind])} {self._of(operand, 2)}")

    def _choice(self, kind: str, indent: int, depth: int) -> None:
        pad = "    " * indent
        before = list(self._variables)
        inside: list[list[tuple[str, str]]] = []
        words = ["if"] + ["elif"] * self._random.randint(0, 2) + (["else"] if self._random.random() < 0.6 else [])
        for word in words:
            self._lines.append(f"{pad}else:" if word == "else" else f"{pad}{word} {self._of('bool', 2)}:")
            self._block(kind, indent + 1, self._random.randint(1, 2), depth)
            if self._random.random() < 0.15:
                self._lines.append(f"{pad}    return {self._result(kind)}")
            inside.append([each for each in self._variables if each not in before])
            self._variables = list(before)
        # Now and then something that only some branches bind.
        if self._random.random() < 0.25 and inside[0]:
            self._variables.append(self._pick(inside[0]))

    def _name(self) -> str:
        self._fresh += 1
        # Names of functions, of constants and of what else is there: a local one goes before.
        if self._random.random() < 0.06:
            taken = {name for name, _ in (*self._variables, *self._nullable)}
            name = self._pick(["half", "BASE", "WORDS", "label", "total"])
            if name not in taken and not any(name in line for line in self._lines):
                return name
        return f"n{self._fresh}"

    def _result(self, kind: str) -> str:
        if self._random.random() < 0.06:
            return self._pick([name for name, _ in self._nullable] or ["None"])
        return self._of(kind, 3)

    # Expressions.

    def _of(self, kind: str, depth: int) -> str:
        """An expression of a kind, in parentheses where it is one of several parts."""
        roll = self._random.random()
        if depth <= 0 or roll < 0.15:
            return self._leaf(kind)
        if roll < 0.21:
            return f"({self._of(kind, depth - 1)} if {self._of('bool', depth - 1)} else {self._of(kind, depth - 1)})"
        if roll < 0.24:
            return f"({self._of(kind, depth - 1)} {self._pick(['or', 'and'])} {self._of(kind, depth - 1)})"
        return self._makers[kind](depth - 1)

    def _leaf(self, kind: str) -> str:
        known = [name for name, each in self._variables if each == kind]
        roll = self._random.random()
        if known and roll < 0.6:
            return self._pick(known)
        nullable = [name for name, each in self._nullable if each == kind]
        if nullable and roll < 0.9:
            name = self._pick(nullable)
            if roll < 0.61:
                return name
            return self._pick([f"({name} if {name} is not None else {self._literal(kind)})", f"({name} or {self._literal(kind)})"])
        return self._literal(kind)

    def _kind_of(self, name: str) -> str:
        return next(kind for each, kind in (*self._nullable, *self._variables) if each == name)

    def _literal(self, kind: str) -> str:
        if kind == "int":
            return self._pick(
                ["0", "1", "2", "-1", "3", "10", "-7", "100", "BASE", "255", "9223372036854775807", "-9223372036854775808"]
            )
        if kind == "float":
            return self._pick(
                ["0.0", "1.5", "-2.5", "0.1", "1e10", "1e300", "5e-324", "-0.0", "RATIO", "math.pi", "math.inf", "3.0"]
            )
        if kind == "bool":
            return self._pick(["True", "False"])
        if kind == "str":
            return self._pick(
                ['"a"', '""', '"Z"', '"red"', '" x "', '"12"', '"\\u00df"', '"\\U0001f600"', "LABEL", '"a b"', '"-3.5"']
            )
        if kind == "datetime":
            return self._pick(["EPOCH", "datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc)"])
        if kind == "date":
            return self._pick(["datetime.date(2024, 2, 29)", "datetime.date(1969, 12, 31)"])
        return self._pick(["DAY", "datetime.timedelta(hours=3)", "datetime.timedelta(seconds=-1)", "datetime.timedelta()"])

    def _int(self, depth: int) -> str:
        one, two = (lambda: self._of("int", depth)), (lambda: self._of("int", depth))
        text, real, moment = (
            (lambda: self._of("str", depth)),
            (lambda: self._of("float", depth)),
            (lambda: self._of("datetime", depth)),
        )
        return self._pick_made(
            [
                *[
                    lambda operator=operator: f"({one()} {operator} {two()})"
                    for operator in ("+", "-", "*", "+", "-", "&", "|", "^")
                ],
                *[lambda operator=operator: f"({one()} {operator} {self._divisor(two())})" for operator in ("//", "%", "//", "%")],
                lambda: f"({one()} << {self._random.randint(0, 20)})",
                lambda: f"({one()} >> {self._random.randint(0, 70)})",
                lambda: f"(-{one()})",
                lambda: f"(~{one()})",
                lambda: f"(+{self._of('bool', depth)})",
                lambda: f"({one()} + {self._of('bool', depth)})",
                lambda: f"({one()} ** {self._random.randint(0, 3)})",
                lambda: f"abs({one()})",
                lambda: f"min({one()}, {two()})",
                lambda: f"max({one()}, {two()}, {self._leaf('int')})",
                lambda: f"{self._pick(['int', 'round', 'math.floor', 'math.ceil', 'math.trunc'])}({real()})",
                lambda: f"round({one()}, {self._random.randint(-3, 2)})",
                lambda: f"len({text()})",
                lambda: f"{text()}.find({text()})",
                lambda: f"{text()}.count({text()})",
                lambda: f"{moment()}.{self._pick(['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'])}",
                lambda: (
                    f"{self._of(self._pick(['datetime', 'date']), depth)}"
                    f".{self._pick(['weekday()', 'isoweekday()', 'year', 'month'])}"
                ),
                lambda: f"{self._of('timedelta', depth)}.{self._pick(['days', 'seconds', 'microseconds'])}",
                lambda: f"LEVELS.get({text()}, {one()})",
                lambda: f'{{"a": 5, "red": 6}}[{text()} if {self._random.random() < 0.5} else "red"]',
                lambda: f"int({self._numeral(text)})",
                lambda: f"int({self._of('bool', depth)})",
                lambda: f"clamp({one()}, {self._random.randint(-9, 9)}, high={two()})",
                lambda: f"abs_of({one()}, scale={two()})",
                lambda: f"({self._of('timedelta', depth)} // ({self._of('timedelta', depth)} or DAY))",
            ]
        )

    def _float(self, depth: int) -> str:
        one, two = (lambda: self._of("float", depth)), (lambda: self._of(self._pick(["float", "float", "int"]), depth))
        names = ["exp", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "fabs", "degrees", "radians"]
        return self._pick_made(
            [
                *[lambda operator=operator: f"({one()} {operator} {two()})" for operator in ("+", "-", "*", "+", "-")],
                *[lambda operator=operator: f"({one()} {operator} {self._divisor(two())})" for operator in ("/", "//", "%", "/")],
                *[lambda operator=operator: f"({two()} {operator} {self._divisor(one())})" for operator in ("/", "//", "%")],
                lambda: f"({self._of('int', depth)} / {self._divisor(self._of('int', depth))})",
                lambda: f"(-{one()})",
                lambda: f"({one()} ** {self._pick(['2', '3', '-1', '2.0', '0'])})",
                lambda: f"(abs({one()}) ** {self._pick(['0.5', '1.5', '-0.5', one()])})",
                lambda: f"({self._random.randint(1, 9)} ** -{self._random.randint(1, 3)})",
                lambda: f"abs({one()})",
                lambda: f"float({self._of('int', depth)})",
                lambda: f"float({self._numeral(lambda: self._of('str', depth))})",
                lambda: f"round({one()}, {self._random.randint(-2, 4)})",
                lambda: f"min({one()}, {two()})",
                lambda: f"max({two()}, {one()})",
                lambda: f"math.{self._pick(names)}({two()})",
                lambda: f"math.{self._pick(['sqrt', 'log', 'log2', 'log10', 'log1p'])}(abs({two()}) + 0.5)",
                lambda: f"math.{self._pick(['atan', 'tanh', 'fabs', 'degrees', 'radians'])}({two()})",
                lambda: f"math.{self._pick(['atan2', 'copysign', 'hypot'])}({one()}, {two()})",
                lambda: f"math.{self._pick(['pow', 'fmod', 'log'])}({one()}, {two()})",
                lambda: f"({self._of('timedelta', depth)} / ({self._of('timedelta', depth)} or DAY))",
                lambda: f"{self._of('timedelta', depth)}.total_seconds()",
                lambda: f"{self._of('datetime', depth)}.timestamp()",
                lambda: f"half({one()})",
                lambda: f"half({one()}, {two()})",
                lambda: f"(WEIGHTS[{self._of('int', depth)} % 2] or 1.0)",
            ]
        )

    def _bool(self, depth: int) -> str:
        kind = self._pick(["int", "float", "str", "datetime", "date", "timedelta", "int", "float"])
        operators = ["<", "<=", ">", ">=", "==", "!="]
        text = lambda: self._of("str", depth)  # noqa: E731
        nullable = [name for name, _ in self._nullable]
        return self._pick_made(
            [
                *[lambda: f"({self._of(kind, depth)} {self._pick(operators)} {self._of(kind, depth)})"] * 5,
                lambda: (
                    f"({self._of(kind, depth)} {self._pick(operators)} {self._leaf(kind)} "
                    f"{self._pick(operators)} {self._of(kind, depth)})"
                ),
                lambda: f"({self._of('int', depth)} {self._pick(operators)} {self._of('float', depth)})",
                lambda: f"({self._of('int', depth)} == {self._of(kind, depth)})",
                lambda: f"(not {self._of(kind, depth)})",
                lambda: f"({self._of('bool', depth)} {self._pick(['and', 'or'])} {self._of('bool', depth)})",
                lambda: f"({self._of('bool', depth)} {self._pick(['&', '|', '^'])} {self._of('bool', depth)})",
                lambda: f"bool({self._of(kind, depth)})",
                lambda: f"({text()} {self._pick(['in', 'not in'])} {self._pick(['NAMES', 'LEVELS', '(LABEL, None)', 'WORDS'])})",
                lambda: f"({self._of('int', depth)} in {self._pick(['PRIMES', '(1, 2, 3)', '[0, 1.5, True]', '{10, 100}'])})",
                lambda: f"({text()} {self._pick(['in', 'not in'])} {text()})",
                lambda: f"{text()}.{self._pick(['isdigit', 'isalpha', 'isalnum', 'isspace'])}()",
                lambda: f"{text()}.{self._pick(['startswith', 'endswith'])}({text()})",
                lambda: f'{text()}.startswith(("a", "r"))',
                lambda: f"math.{self._pick(['isnan', 'isinf', 'isfinite'])}({self._of('float', depth)})",
                lambda: f"({self._pick(nullable or ['None'])} {self._pick(['is', 'is not', '==', '!='])} None)",
                lambda: f"({self._of('bool', depth)} is {self._pick(['True', 'False', 'not None'])})",
            ]
        )

    def _str(self, depth: int) -> str:
        one, number = (lambda: self._of("str", depth)), (lambda: self._leaf("int"))
        small = lambda: str(self._random.randint(-4, 5))  # noqa: E731
        return self._pick_made(
            [
                *[lambda: f"({one()} + {one()})"] * 2,
                lambda: f"{one()}.{self._pick(['upper', 'lower', 'capitalize', 'title', 'strip', 'lstrip', 'rstrip'])}()",
                lambda: f"{one()}.{self._pick(['strip', 'lstrip', 'rstrip'])}({self._literal('str')})",
                lambda: f"{one()}.replace({one()}, {one()})",
                lambda: f"{one()}.{self._pick(['removeprefix', 'removesuffix'])}({one()})",
                lambda: f"{one()}.zfill({self._random.randint(0, 9)})",
                lambda: f"({one()} + {one()} + 'abcde')[{small()}]",
                lambda: f"{one()}[{small()}:]",
                lambda: f"{one()}[:{small()}]",
                lambda: f"{one()}[{number()}:{small()}:{self._pick(['1', '2', '-1', '-2', '0'])}]",
                lambda: f"{one()}[::{self._pick(['2', '-1'])}]",
                lambda: f"str({self._of(self._pick(sorted(self._makers)), depth)})",
                lambda: self._formatted(depth),
                lambda: self._formatted(depth),
                lambda: f"{self._of(self._pick(['datetime', 'date']), depth)}.isoformat()",
                lambda: f"WORDS[{self._of('int', depth)} % {self._pick(['3', '3', '4'])}]",
                lambda: f"label({self._of('int', depth)})",
                lambda: f"label({self._of('float', depth)}, prefix={one()})",
                lambda: f"grade({self._of('float', depth)})",
                lambda: f"min({one()}, {one()})",
            ]
        )

    def _formatted(self, depth: int) -> str:
        parts = []
        for _ in range(self._random.randint(1, 3)):
            kind = self._pick(sorted(self._makers))
            formats = {
                "int": INT_FORMATS,
                "float": FLOAT_FORMATS,
                "str": TEXT_FORMATS,
                "datetime": TIME_FORMATS,
                "date": ["", "%m/%d"],
            }
            inner = self._leaf(kind) if depth < 1 else self._of(kind, depth - 1)
            conversion = self._pick(["", "", "", "!r", "!s", "!a"])
            choices = TEXT_FORMATS if conversion else formats.get(kind, [""])
            if any(name in inner for name, _ in self._nullable):
                # None has no formats.
                choices = [""]
            if any(character in inner for character in "\"\\{'"):
                # Until Python 3.12 no quote of the same kind, brace or backslash could stand there.
                inner, choices = self._plain(), [""]
            parts.append(f"{{{inner}{conversion}:{self._pick(choices)}}}".replace(":}", "}"))
        return 'f"' + self._pick(["", "a ", "{{", "\\u00e9"]) + self._pick(["", "-"]).join(parts) + '"'

    def _plain(self) -> str:
        """An expression without quotes: a variable, or a number."""
        return self._pick([*(name for name, _ in (*self._variables, *self._nullable)), "BASE", "LABEL", "1.25"])

    def _datetime(self, depth: int) -> str:
        span = lambda: self._of("timedelta", depth)  # noqa: E731
        small = lambda low, high: self._pick([str(self._random.randint(low, high)), self._leaf("int")])  # noqa: E731
        return self._pick_made(
            [
                lambda: f"({self._of('datetime', depth)} + {span()})",
                lambda: f"({self._of('datetime', depth)} - {span()})",
                lambda: f"({span()} + {self._of('datetime', depth)})",
                lambda: (
                    f"datetime.datetime({small(1, 9999)}, {self._random.randint(1, 12)}, {small(1, 28)}, "
                    "tzinfo=datetime.timezone.utc)"
                ),
                lambda: (
                    f"datetime.datetime(2000, 1, day={small(1, 31)}, minute={small(0, 59)}, hour={small(0, 23)}, "
                    "tzinfo=datetime.timezone.utc)"
                ),
                lambda: f"max({self._of('datetime', depth)}, {self._of('datetime', depth)})",
            ]
        )

    def _date(self, depth: int) -> str:
        return self._pick_made(
            [
                lambda: f"{self._of('datetime', depth)}.date()",
                lambda: f"({self._of('date', depth)} + {self._of('timedelta', depth)})",
                lambda: f"({self._of('date', depth)} - {self._of('timedelta', depth)})",
                lambda: (
                    f"datetime.date({self._random.randint(1, 9999)}, {self._random.randint(1, 12)}, "
                    f"{self._pick(['28', '29', '30', self._leaf('int')])})"
                ),
            ]
        )

    def _timedelta(self, depth: int) -> str:
        one = lambda: self._of("timedelta", depth)  # noqa: E731
        unit = self._pick(["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"])
        return self._pick_made(
            [
                lambda: f"({self._of('datetime', depth)} - {self._of('datetime', depth)})",
                lambda: f"({self._of('date', depth)} - {self._of('date', depth)})",
                lambda: f"datetime.timedelta({unit}={self._of('int', depth)} % 1000)",
                lambda: f"datetime.timedelta({unit}={self._of('float', depth)} % 1e4)",
                lambda: f"datetime.timedelta({unit}={self._of(self._pick(['int', 'float']), depth)})",
                lambda: f"datetime.timedelta({self._leaf('int')}, hours={self._leaf('float')}, minutes={self._leaf('int')})",
                lambda: f"({one()} {self._pick(['+', '-'])} {one()})",
                lambda: f"({one()} * {self._of(self._pick(['int', 'float']), depth)})",
                lambda: f"({self._random.randint(-9, 9)} * {one()})",
                lambda: f"({one()} / {self._divisor(self._of(self._pick(['int', 'float']), depth))})",
                lambda: f"({one()} // {self._divisor(self._of('int', depth))})",
                lambda: f"({one()} % ({one()} or DAY))",
                lambda: f"(-{one()})",
                lambda: f"abs({one()})",
            ]
        )

    def _numeral(self, text: Callable[[], str]) -> str:
        """A text that reads as a number, or now and then any text."""
        return text() if self._random.random() < 0.3 else f"str({self._leaf('int')})"

    def _divisor(self, written: str) -> str:
        """A divisor that is zero only now and then."""
        return written if self._random.random() < 0.2 else f"({written} or {self._random.randint(1, 9)})"

    def _pick(self, choices):
        return choices[self._random.randrange(len(choices))]

    def _pick_made(self, makers: list[Callable[[], str]]) -> str:
        return self._pick(makers)()
