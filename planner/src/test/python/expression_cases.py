"""Prints random expressions of every operation, rows of inputs for each, and what this CPython makes of them.

    python3.11 planner/src/test/python/expression_cases.py --cases 2000 --seed 7 --rows 3 > cases.jsonl

Each line is `{"root": NODE, "inputs": [[C, ...], ...], "outcomes": [...]}`; an outcome is `{"values": [C, ...]}` or
`{"raised": "ValueError"}`, with `"beyond": true` where something on the way was more than a formula can hold (an int or a
timedelta beyond 64 bits, a text beyond a mebi of code points): there it may fail instead. The same seed prints the same lines.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import struct
from datetime import date, datetime, timedelta, timezone
from typing import Any, Callable

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
KINDS = ["none", "bool", "int", "float", "str", "datetime", "date", "timedelta"]
MOST_TEXT = 1 << 20
INT_LIMIT = 1 << 63
TIME_SPECIFICATION = re.compile("(?:[\\x01-$&-\\x7f]|%[YmdHMSfjyBbAapI%Zz])*")


class TooLarge(Exception):
    """What CPython would compute is too large even to try."""


def constant(value: Any) -> dict[str, Any]:
    """The JSON of a value."""
    if value is None:
        return {"kind": "none"}
    if isinstance(value, bool):
        return {"kind": "bool", "value": value}
    if isinstance(value, int):
        return {"kind": "int", "value": str(value)}
    if isinstance(value, float):
        return {"kind": "float", "value": repr(value)}
    if isinstance(value, str):
        return {"kind": "str", "value": value}
    if isinstance(value, datetime):
        return {"kind": "datetime", "value": str((value - EPOCH) // MICROSECOND)}
    if isinstance(value, date):
        return {"kind": "date", "value": str((value - EPOCH.date()).days)}
    return {"kind": "timedelta", "value": str(value // MICROSECOND)}


def value_of(json_constant: dict[str, Any]) -> Any:
    """The value of JSON."""
    kind, text = json_constant["kind"], json_constant.get("value")
    if kind == "none":
        return None
    if kind in ("bool", "str"):
        return text
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    if kind == "datetime":
        return EPOCH + timedelta(microseconds=int(text))
    if kind == "date":
        return EPOCH.date() + timedelta(days=int(text))
    return timedelta(microseconds=int(text))


def power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and abs(left) > 1 and right > 5_000:
        raise TooLarge
    if isinstance(left, (int, float)) and isinstance(right, (int, float)) and left < 0:
        if math.isfinite(left) and math.isfinite(right) and right != math.floor(right):
            raise TypeError("complex")
    result = left**right
    if isinstance(result, complex):
        raise TypeError("complex")
    return result


def shift_left(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left and right > 5_000:
        raise TooLarge
    return left << right


def multiply(left: Any, right: Any) -> Any:
    for text, count in ((left, right), (right, left)):
        if isinstance(text, str) and isinstance(count, int) and len(text) * count > MOST_TEXT:
            raise TooLarge
    return left * right


def remainder(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        raise TypeError("'%' of a str is not supported")
    return left % right


UNARY: dict[str, Callable[[Any], Any]] = {
    "negate": lambda value: -value,
    "plus": lambda value: +value,
    "not": lambda value: not value,
    "invert": lambda value: ~value,
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda left, right: left + right,
    "subtract": lambda left, right: left - right,
    "multiply": multiply,
    "divide": lambda left, right: left / right,
    "floor_divide": lambda left, right: left // right,
    "remainder": remainder,
    "power": power,
    "bit_and": lambda left, right: left & right,
    "bit_or": lambda left, right: left | right,
    "bit_xor": lambda left, right: left ^ right,
    "shift_left": shift_left,
    "shift_right": lambda left, right: left >> right,
}
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "equal": lambda left, right: left == right,
    "not_equal": lambda left, right: left != right,
    "less": lambda left, right: left < right,
    "less_or_equal": lambda left, right: left <= right,
    "greater": lambda left, right: left > right,
    "greater_or_equal": lambda left, right: left >= right,
    "is": lambda left, right: left is right,
    "is_not": lambda left, right: left is not right,
    "in": lambda left, right: left in right,
    "not_in": lambda left, right: left not in right,
}
BUILTINS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "round": round,
    "len": len,
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
}
MATH_ONE = (
    "sqrt exp log2 log10 log1p expm1 sin cos tan asin acos atan sinh cosh tanh floor ceil trunc fabs isnan isinf isfinite"
    " degrees radians"
).split()
MATH_TWO = "pow atan2 fmod hypot copysign".split()
STR_ONE = "upper lower capitalize title isdigit isalpha isalnum isspace strip lstrip rstrip".split()
STR_TWO = "startswith endswith find count removeprefix removesuffix strip lstrip rstrip".split()
FIELDS = "year month day hour minute second microsecond".split()
METHODS = "weekday isoweekday date timestamp isoformat".split()
SPANS = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"]


def call(word: str, arguments: list[Any]) -> Any:
    if word in BUILTINS:
        if word in ("abs", "round", "len", "int", "float", "str", "bool", "min", "max"):
            return BUILTINS[word](*arguments)
    family, _, name = word.partition(".")
    if family == "math":
        return getattr(math, name)(*arguments)
    if family == "str":
        if word == "str.zfill" and isinstance(arguments[1], int) and arguments[1] > MOST_TEXT:
            raise TooLarge
        if word == "str.replace" and isinstance(arguments[0], str):
            if all(isinstance(part, str) for part in arguments):
                text, old, new = arguments
                if len(text) + text.count(old) * (len(new) - len(old)) > MOST_TEXT:
                    raise TooLarge
        return getattr(arguments[0], name)(*arguments[1:])
    if word == "datetime.of":
        return datetime(*arguments, tzinfo=timezone.utc)
    if word == "date.of":
        return date(*arguments)
    if word == "timedelta":
        return timedelta(**dict(zip(SPANS, arguments, strict=True)))
    attribute = getattr(arguments[0], name)
    return attribute() if name in METHODS or name == "total_seconds" else attribute


class Evaluator:
    """Computes one row; says whether something was beyond what a formula holds."""

    def __init__(self, inputs: list[Any]) -> None:
        self.inputs = inputs
        self.locals: dict[str, Any] = {}
        self.beyond = False

    def value(self, node: dict[str, Any]) -> Any:
        value = getattr(self, "op_" + node["op"], self.operator)(node)
        if isinstance(value, int) and not -INT_LIMIT <= value < INT_LIMIT:
            self.beyond = True
        if isinstance(value, timedelta) and not -INT_LIMIT <= value // MICROSECOND < INT_LIMIT:
            self.beyond = True
        if isinstance(value, str) and len(value) > MOST_TEXT:
            self.beyond = True
        return value

    def operator(self, node: dict[str, Any]) -> Any:
        if node["op"] in UNARY:
            return UNARY[node["op"]](self.value(node["operand"]))
        left = self.value(node["left"])
        return BINARY[node["op"]](left, self.value(node["right"]))

    def op_literal(self, node: dict[str, Any]) -> Any:
        return value_of(node)

    def op_input(self, node: dict[str, Any]) -> Any:
        return self.inputs[node["index"]]

    def op_local(self, node: dict[str, Any]) -> Any:
        return self.locals[node["name"]]

    def op_let(self, node: dict[str, Any]) -> Any:
        value = self.value(node["value"])
        before = dict(self.locals)
        self.locals[node["name"]] = value
        result = self.value(node["body"])
        self.locals = before
        return result

    def op_if(self, node: dict[str, Any]) -> Any:
        return self.value(node["then"]) if self.value(node["test"]) else self.value(node["otherwise"])

    def op_compare(self, node: dict[str, Any]) -> Any:
        left = self.value(node["operands"][0])
        for operator, operand in zip(node["operators"], node["operands"][1:], strict=True):
            right = self.value(operand)
            if not COMPARE[operator](left, right):
                return False
            left = right
        return True

    def op_and(self, node: dict[str, Any]) -> Any:
        value = None
        for operand in node["operands"]:
            value = self.value(operand)
            if not value:
                break
        return value

    def op_or(self, node: dict[str, Any]) -> Any:
        value = None
        for operand in node["operands"]:
            value = self.value(operand)
            if value:
                break
        return value

    def op_call(self, node: dict[str, Any]) -> Any:
        arguments = []
        for place, argument in enumerate(node["arguments"]):
            arguments.append(self.value(argument))
            if place == 0 and node["function"].startswith("str."):
                getattr(arguments[0], node["function"][4:])
        return call(node["function"], arguments)

    def op_member(self, node: dict[str, Any]) -> Any:
        return self.value(node["value"]) in tuple(value_of(c) for c in node["constants"])

    def op_lookup(self, node: dict[str, Any]) -> Any:
        entries = {value_of(key): value_of(value) for key, value in node["entries"]}
        key = self.value(node["value"])
        if "otherwise" in node:
            return entries.get(key, self.value(node["otherwise"]))
        return entries[key]

    def op_index(self, node: dict[str, Any]) -> Any:
        value = self.value(node["value"])
        return value[self.value(node["index"])]

    def op_slice(self, node: dict[str, Any]) -> Any:
        value = self.value(node["value"])
        ends = [self.value(node[end]) if end in node else None for end in ("lower", "upper", "step")]
        return value[ends[0] : ends[1] : ends[2]]

    def op_format(self, node: dict[str, Any]) -> Any:
        value = self.value(node["value"])
        if node["conversion"]:
            value = {"r": repr, "s": str, "a": ascii}[node["conversion"]](value)
        if isinstance(value, date) and not TIME_SPECIFICATION.fullmatch(node["specification"]):
            raise ValueError("not supported")
        text = format(value, node["specification"])
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise UnicodeEncodeError("utf-8", text, 0, 1, "surrogates not allowed")
        return text

    def op_join(self, node: dict[str, Any]) -> Any:
        parts = []
        for part in node["parts"]:
            parts.append(self.value(part))
            if not isinstance(parts[-1], str):
                raise TypeError("a part that is no text")
        return "".join(parts)

    def op_tuple(self, node: dict[str, Any]) -> Any:
        return tuple(self.value(item) for item in node["items"])

    def op_raise(self, node: dict[str, Any]) -> Any:
        message = str(self.value(node["message"]))
        raise {"ValueError": ValueError, "KeyError": KeyError, "UnboundLocalError": UnboundLocalError}[
            node["exception"]
        ](message)


def outcome(root: dict[str, Any], inputs: list[Any]) -> dict[str, Any]:
    """What CPython makes of a row."""
    evaluator = Evaluator(inputs)
    found: dict[str, Any]
    try:
        value = evaluator.value(root)
        found = {"values": [constant(item) for item in (value if isinstance(value, tuple) else (value,))]}
    except TooLarge:
        evaluator.beyond = True
        found = {"raised": "OverflowError"}
    except Exception as raised:  # every exception is an outcome
        found = {"raised": type(raised).__name__}
    if evaluator.beyond:
        found["beyond"] = True
    return found


WORDS = [
    "", "a", "ab", "abc", "Hello World", "ǆ", "ß", "ﬁn", "ΑΣ", "ΌΣΟΣ Σ", "İI", "ıi", "e\u0301", "𝔘𝔫𝔦", "😀", "a😀b", "\uffff", "\U00010000",
    "٣٤", "１２", "१.५", "²", "½", "一", " x ", "\u00a0x\u2003", "\x1f\t\n", "\x1c", "it's", "\"q\"", "'\"", "back\\slash", "\x00", "\x7f",
    "\u0085", "\u200b", "\ue000", "\u0378", "0", "7", "-12", "+3", " 42 ", "1_000", "1__0", "_1", "1_", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "1.5", "-.5", "5.", ".", "1e5", "1E-400", "1e400", "1_0.2_5e1_0", "1e", "nan", "-NaN",
    "inf", "Infinity", "-iNf", "+infinity", "0x10", "0b1", "1.0f", "1d", "0.1", "123456789012345678901234567890", "--1", "- 1", "aXbXc",
    "mississippi", "aaaa", "aa", "o'neil don't", "a1b2c3 x", "ŉa", "ǰ", "ΐ", "ﬃ", "ﬗ", "ᾳ", "ῼ", "A.Σ", "Σ", "aΣ:b", "aΣ'", "x" * 70,
    "ab" * 40 + "c", "ab" * 40, "\U0001e030", "\u1c89", "\ua7dc", "\u019b", "\U00011f50", "\u10fc", "ⅷ", "Ⓐ", "文字", "12:34", "-0", "00",
]  # fmt: skip
SPECIFICATIONS = [
    "", "d", ">10", "<10", "^11", "=+12", "+", " ", "-", "05", "010", "010,", "08,", "09_", "020,.2f", ",", "_", "_b", "_x", "#x", "#X", "#b",
    "#010b", "#_o", "x", "X", "o", "b", "c", "n", "e", ".3e", "E", ".0e", "#.0e", "f", ".2f", ".0f", "#.0f", "F", "g", ".3g", "#g", "G", ".0g",
    "%", ".1%", ".0%", ".3", ".10", ".17", "z.1f", "z", "*^15", "é<8", "😀>6", "s", ".2s", "10s", ">6.1s", "=5", "0", "05s", "<05", ",d", ",s",
    ",_", "_,", "1,,", ".", ".f", "5.", "5.2d", "q", "ff", "+c", "#c", "10c", "=10c", "zd", "zs", "+s", "#s", " s", "٥", ".٢f", "+.3", "+,.4g",
    " =08.2f", "0=8", "x=+9d", "015n", ",n", ".25f", ".30g", "+z.0f", "_.3f", "012_.1f", "+010,", "=#12x", "07%", "99999999999999999999",
    ".3n", "010e", "-010.3E", "#.3g", "#e", "#%", "+%", "06.1f", "_.2e", "#,.6g", "1000", ".400f",
]  # fmt: skip
TIMES = [
    "", "%Y-%m-%d", "%H:%M:%S.%f", "%j %y", "%B %b", "%A %a", "%I %p", "%%", "%Z%z", "at %d.%m.%Y", ">10", "%Y%m%dT%H%M%S", "x",
]  # fmt: skip
INTS = [
    0, 1, -1, 2, -2, 3, 5, 7, 10, 12, 24, 31, 60, 63, 64, 100, 365, 1000, 1970, 2000, 2024, 9999, 10000, 86400, 2**31 - 1, -(2**31), 2**31,
    2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**62, 2**63 - 1, -(2**63), 2**63 - 2, -(2**63) + 1, 10**18, 15, 25, 35, 150, 250, 55555,
    3037000499, 3037000500, 0x110000, 0x10FFFF, 0xD800, 0x1F600, 65,
]  # fmt: skip
FLOATS = [
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.5, 0.1, 0.25, 0.125, 2.675, 1.005, 1e16, 1e15, 123456789.125, 1e-4, 1e-5, 9.9999e-5,
    1e22, 1e23, 5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, -1.7976931348623157e308, math.inf, -math.inf,
    math.nan, math.pi, math.e, 2.0**53, 2.0**53 + 2, 2.0**63, -(2.0**63), 2.0**64, 1e300, 1e-300, 0.3, 1 / 3, 2 / 3, 100.0, 1000.0, 99.995, 0.05,
    1e5, 999999.5, 9999999.5, 0.00001234, 709.8, 710.0, -745.2, 1e-8, 2.0, 3.0, 4.0, 10.0, 8.0, 0.4999999999999999, 0.49999999999999994,
    9007199254740993.0, 123456.7, 4.35, 5.015, 1.1, -7.5, 6.5, 1024.0, 2**-44, 2**-1074 * 3, 9.5e-7, 1e21,
]  # fmt: skip
SPAN_DAY = 86_400_000_000
SPANS_OF = [
    0, 1, -1, 999_999, 1_000_000, -1_000_001, SPAN_DAY, -SPAN_DAY, SPAN_DAY + 1, 2 * SPAN_DAY - 1, -3 * SPAN_DAY + 5, 3_600_000_000, 90_000_000,
    2**63 - 1, -(2**63), 2**62, 2**53 + 1, 400 * 365 * SPAN_DAY, 15, 25, 7,
]  # fmt: skip
LEAST, MOST = -62_135_596_800_000_000, 253_402_300_799_999_999
MOMENTS = [
    0, -1, LEAST, MOST, LEAST + 1, MOST - SPAN_DAY, 1_709_164_800_000_000, 1_709_251_199_999_999, 951_782_400_000_000, -2_203_891_200_000_000,
    1_357_034_400_123_456, 1_700_000_000_000_000, 1_700_000_045_000_000, 1_704_067_199_999_999, -30_609_792_000_000_000,
]  # fmt: skip


class Generator:
    """Makes expressions that mostly compute, and rows for them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.inputs: list[str] = []
        self.locals: list[tuple[str, str]] = []
        self.names = 0

    def choice(self, options: list[Any]) -> Any:
        return options[self.random.randrange(len(options))]

    def one(self, chance: float) -> bool:
        return self.random.random() < chance

    def sample(self, kind: str) -> Any:
        """A value of a kind."""
        draw = self.random
        if kind == "none":
            return None
        if kind == "bool":
            return self.one(0.5)
        if kind == "int":
            if self.one(0.5):
                return self.choice(INTS)
            return draw.randrange(-20, 21) if self.one(0.5) else draw.getrandbits(64) - 2**63 >> draw.randrange(64)
        if kind == "float":
            if self.one(0.5):
                return self.choice(FLOATS)
            if self.one(0.4):
                return struct.unpack("<d", struct.pack("<Q", draw.getrandbits(64)))[0]
            return round(draw.uniform(-1000, 1000), draw.randrange(6)) if self.one(0.5) else draw.gauss(0, 10)
        if kind == "str":
            if self.one(0.8):
                return self.choice(WORDS)
            if self.one(0.4):
                return repr(self.sample("float"))
            points = (draw.choice([0x80, 0x500, 0x3000, 0x10000, 0x110000]) for _ in range(draw.randrange(5)))
            text = "".join(chr(draw.randrange(limit)) for limit in points)
            return "".join(character for character in text if not "\ud800" <= character <= "\udfff")
        if kind == "timedelta":
            micros = self.choice(SPANS_OF) if self.one(0.5) else draw.getrandbits(64) - 2**63 >> draw.randrange(64)
            return timedelta(microseconds=micros)
        micros = self.choice(MOMENTS) if self.one(0.5) else draw.randrange(LEAST, MOST + 1)
        if self.one(0.3):
            micros = micros // 1_000_000 * 1_000_000
        micros = max(LEAST, micros)
        moment = EPOCH + timedelta(microseconds=micros)
        return moment if kind == "datetime" else moment.date()

    def literal(self, kind: str) -> dict[str, Any]:
        return {"op": "literal", **constant(self.sample(kind))}

    def leaf(self, kind: str) -> dict[str, Any]:
        if self.one(0.02):
            kind = self.choice(KINDS)
        places = [place for place, other in enumerate(self.inputs) if other == kind]
        names = [name for name, other in self.locals if other == kind]
        if names and self.one(0.4):
            return {"op": "local", "name": self.choice(names)}
        if places and self.one(0.7):
            return {"op": "input", "index": self.choice(places)}
        return self.literal(kind)

    def node(self, kind: str, depth: int) -> dict[str, Any]:
        """An expression that mostly gives a kind."""
        if depth <= 0 or self.one(0.1):
            return self.leaf(kind)
        if self.one(0.12):
            return self.general(kind, depth - 1)
        return getattr(self, "of_" + kind)(depth - 1)

    def general(self, kind: str, depth: int) -> dict[str, Any]:
        pick = self.random.randrange(5)
        if pick == 0:
            return self.condition(kind, depth)
        if pick == 1:
            value_kind = self.choice(KINDS)
            value = self.node(value_kind, depth)
            self.names += 1
            name = f"v{self.names % 5}"
            before = list(self.locals)
            self.locals = [pair for pair in before if pair[0] != name] + [(name, value_kind)]
            body = self.node(kind, depth)
            self.locals = before
            return {"op": "let", "name": name, "value": value, "body": body}
        if pick == 2:
            operands = [self.node(self.choice([kind, "bool", "none"]), depth) for _ in range(self.random.randrange(1, 3))]
            return {"op": self.choice(["and", "or"]), "operands": [*operands, self.node(kind, depth)]}
        if pick == 3:
            entries = [[constant(self.sample(key)), constant(self.sample(kind))] for key in self.some_kinds()]
            node = {"op": "lookup", "value": self.node(self.choice(KINDS), depth), "entries": entries}
            if entries and self.one(0.6):
                node["value"] = {"op": "literal", **self.choice(entries)[0]}
            if self.one(0.8):
                node["otherwise"] = self.node(kind, depth)
            return node
        if self.one(0.1):
            exception = self.choice(["ValueError", "KeyError", "UnboundLocalError"])
            return {"op": "raise", "exception": exception, "message": self.node("str", depth)}
        extreme = [self.node(kind, depth) for _ in range(self.random.randrange(2, 4))]
        return self.call(self.choice(["min", "max"]), *extreme)

    def some_kinds(self) -> list[str]:
        return [self.choice(["int", "float", "bool", "str", "none", "date"]) for _ in range(self.random.randrange(5))]

    def condition(self, kind: str, depth: int) -> dict[str, Any]:
        return {
            "op": "if",
            "test": self.node(self.choice(["bool", "bool", *KINDS]), depth),
            "then": self.node(kind, depth),
            "otherwise": self.node(kind, depth),
        }

    def call(self, word: str, *arguments: dict[str, Any]) -> dict[str, Any]:
        return {"op": "call", "function": word, "arguments": list(arguments)}

    def binary(self, op: str, left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
        return {"op": op, "left": left, "right": right}

    def number(self, depth: int) -> dict[str, Any]:
        return self.node(self.choice(["int", "float", "float", "int", "bool"]), depth)

    def whole(self, depth: int) -> dict[str, Any]:
        return self.node(self.choice(["int", "int", "int", "bool"]), depth)

    def of_none(self, depth: int) -> dict[str, Any]:
        return self.literal("none")

    def of_bool(self, depth: int) -> dict[str, Any]:
        pick = self.random.randrange(8)
        if pick == 0:
            return {"op": "not", "operand": self.node(self.choice(KINDS), depth)}
        if pick == 1:
            word = self.choice(["isnan", "isinf", "isfinite"])
            return self.call("math." + word, self.number(depth))
        if pick == 2:
            word = self.choice(["isdigit", "isalpha", "isalnum", "isspace", "startswith", "endswith"])
            more = [self.node("str", depth)] if word.endswith("with") else []
            return self.call("str." + word, self.node("str", depth), *more)
        if pick == 3:
            constants = [constant(self.sample(kind)) for kind in self.some_kinds()]
            value = {"op": "literal", **self.choice(constants)} if constants and self.one(0.4) else self.number(depth)
            return {"op": "member", "value": value, "constants": constants}
        if pick == 4:
            op = self.choice(["bit_and", "bit_or", "bit_xor"])
            return self.binary(op, self.node("bool", depth), self.node("bool", depth))
        if pick == 5:
            return self.call("bool", self.node(self.choice(KINDS), depth))
        return self.comparison(depth)

    def comparison(self, depth: int) -> dict[str, Any]:
        if self.one(0.15):
            operators = [self.choice(["in", "not_in"])]
            return {"op": "compare", "operators": operators, "operands": [self.node("str", depth), self.node("str", depth)]}
        if self.one(0.15):
            single = self.choice([self.literal("none"), self.literal("bool")])
            operands = [self.node(self.choice(KINDS), depth), single]
            return {"op": "compare", "operators": [self.choice(["is", "is_not"])], "operands": operands}
        kind = self.choice(["number", "number", "number", *KINDS])
        count = self.choice([1, 1, 2, 3])
        operands = [self.number(depth) if kind == "number" else self.node(kind, depth) for _ in range(count + 1)]
        words = ["equal", "not_equal", "less", "less_or_equal", "greater", "greater_or_equal"]
        return {"op": "compare", "operators": [self.choice(words) for _ in range(count)], "operands": operands}

    def of_int(self, depth: int) -> dict[str, Any]:
        pick = self.random.randrange(9)
        if pick <= 2:
            op = self.choice("add subtract multiply floor_divide remainder bit_and bit_or bit_xor".split())
            return self.binary(op, self.whole(depth), self.whole(depth))
        if pick == 3:
            op = self.choice(["power", "shift_left", "shift_right"])
            amount = {"op": "literal", **constant(self.random.randrange(-3, 70))}
            return self.binary(op, self.whole(depth), amount if self.one(0.8) else self.whole(depth))
        if pick == 4:
            return {"op": self.choice(["negate", "plus", "invert"]), "operand": self.whole(depth)}
        if pick == 5:
            word = self.choice(["math.floor", "math.ceil", "math.trunc", "int", "round", "abs"])
            return self.call(word, self.node("int", depth) if word == "abs" else self.number(depth))
        if pick == 6:
            if self.one(0.3):
                return self.call("round", self.whole(depth), {"op": "literal", **constant(self.random.randrange(-22, 3))})
            if self.one(0.4):
                return self.call("int", self.node("str", 0))
            word = self.choice(["len", "str.find", "str.count"])
            return self.call(word, self.node("str", depth), *([] if word == "len" else [self.node("str", depth)]))
        if pick == 7:
            word = self.choice([*FIELDS, "weekday", "isoweekday"])
            return self.call("datetime." + word, self.node(self.choice(["datetime", "datetime", "date"]), depth))
        if self.one(0.5):
            return self.binary("floor_divide", self.node("timedelta", depth), self.node("timedelta", depth))
        return self.call("timedelta." + self.choice(["days", "seconds", "microseconds"]), self.node("timedelta", depth))

    def of_float(self, depth: int) -> dict[str, Any]:
        pick = self.random.randrange(10)
        if pick <= 2:
            op = self.choice("add subtract multiply divide floor_divide remainder power divide".split())
            left, right = (self.node("float", depth), self.number(depth))
            if self.one(0.4):
                left, right = (right, left)
            return self.binary(op, left, right)
        if pick == 3:
            return self.call("math." + self.choice(MATH_ONE), self.number(depth))
        if pick == 4:
            return self.call("math." + self.choice(MATH_TWO), self.number(depth), self.number(depth))
        if pick == 5:
            return self.call("round", self.node("float", depth), {"op": "literal", **constant(self.random.randrange(-5, 20))})
        if pick == 6:
            if self.one(0.3):
                return self.call("math.log", self.number(depth), *([self.number(depth)] if self.one(0.5) else []))
            return self.call("float", self.node("str", 0) if self.one(0.5) else self.number(depth))
        if pick == 7:
            return {"op": self.choice(["negate", "plus"]), "operand": self.node("float", depth)}
        if pick == 8:
            if self.one(0.3):
                return self.binary("divide", self.node("timedelta", depth), self.node("timedelta", depth))
            return self.binary("divide", self.whole(depth), self.whole(depth))
        if self.one(0.5):
            return self.call("timedelta.total_seconds", self.node("timedelta", depth))
        return self.call("datetime.timestamp", self.node("datetime", depth))

    def of_str(self, depth: int) -> dict[str, Any]:
        pick = self.random.randrange(10)
        text = self.node("str", depth)
        if pick == 0:
            return self.binary("add", text, self.node("str", depth))
        if pick == 1:
            word = self.choice(["upper", "lower", "capitalize", "title", "strip", "lstrip", "rstrip"])
            return self.call("str." + word, text)
        if pick == 2:
            word = self.choice(["removeprefix", "removesuffix", "strip", "lstrip", "rstrip"])
            return self.call("str." + word, text, self.node("str" if self.one(0.9) else "none", depth))
        if pick == 3:
            if self.one(0.4):
                return self.call("str.zfill", text, {"op": "literal", **constant(self.random.randrange(-2, 20))})
            return self.call("str.replace", text, self.node("str", depth), self.node("str", depth))
        if pick == 4:
            return {"op": "index", "value": text, "index": self.near(depth)}
        if pick == 5:
            node: dict[str, Any] = {"op": "slice", "value": text}
            for end in ("lower", "upper", "step"):
                if self.one(0.5):
                    node[end] = self.near(depth) if self.one(0.9) else self.literal("none")
            return node
        if pick == 6:
            return self.call("str", self.node(self.choice(KINDS), depth))
        if pick == 7:
            return {"op": "join", "parts": [self.formatted(depth) for _ in range(self.random.randrange(4))]}
        if pick == 8 and self.one(0.3):
            if self.one(0.5):
                return self.binary("multiply", text, {"op": "literal", **constant(self.random.randrange(-1, 5))})
            return self.call("datetime.isoformat", self.node(self.choice(["datetime", "date"]), depth))
        return self.formatted(depth)

    def near(self, depth: int) -> dict[str, Any]:
        if self.one(0.15):
            return self.whole(depth)
        return {"op": "literal", **constant(self.random.randrange(-6, 7))}

    def formatted(self, depth: int) -> dict[str, Any]:
        kind = self.choice(["int", "float", "float", *KINDS])
        conversion = self.choice(["", "", "", "", "r", "s", "a"])
        times = kind in ("datetime", "date") and not conversion
        specification = self.choice(TIMES if times else SPECIFICATIONS)
        if self.one(0.3) and kind in ("int", "float"):
            specification = self.mini()
        value = self.node(kind, depth)
        return {"op": "format", "value": value, "conversion": conversion, "specification": specification}

    def mini(self) -> str:
        """A specification of random parts in their order."""
        part = lambda options, chance: self.choice(options) if self.one(chance) else ""  # noqa: E731
        return "".join(
            [
                part(["<", ">", "^", "=", "*<", "0>", "x^", "0=", "é="], 0.4),
                part(["+", "-", " "], 0.4),
                part(["z"], 0.05),
                part(["#"], 0.2),
                part(["0"], 0.3),
                part(["1", "7", "12", "25"], 0.6),
                part([",", "_"], 0.3),
                part([".0", ".1", ".2", ".5", ".17", ".20"], 0.5),
                part(list("deEfFgGn%boxX"), 0.8),
            ]
        )

    def of_datetime(self, depth: int) -> dict[str, Any]:
        if self.one(0.3):
            draws = [(1, 9999), (1, 12), (1, 28), (0, 23), (0, 59), (0, 59), (0, 999_999)]
            wide = [(0, 10000), (0, 13), (0, 32), (-1, 24), (-1, 60), (-1, 60), (-1, 1_000_000)]
            count = self.random.randrange(3, 8)
            fields = [self.random.randint(*(wide if self.one(0.05) else draws)[place]) for place in range(count)]
            return self.call("datetime.of", *({"op": "literal", **constant(field)} for field in fields))
        left, right = self.node("datetime", depth), self.node("timedelta", depth)
        if self.one(0.3):
            return self.binary("add", right, left)
        return self.binary(self.choice(["add", "subtract"]), left, right)

    def of_date(self, depth: int) -> dict[str, Any]:
        if self.one(0.2):
            fields = [self.random.randint(*ends) for ends in ((0, 10000), (0, 13), (1, 31))]
            return self.call("date.of", *({"op": "literal", **constant(field)} for field in fields))
        if self.one(0.4):
            return self.call("datetime.date", self.node("datetime", depth))
        return self.binary(self.choice(["add", "subtract"]), self.node("date", depth), self.node("timedelta", depth))

    def of_timedelta(self, depth: int) -> dict[str, Any]:
        pick = self.random.randrange(7)
        if pick == 0:
            kind = self.choice(["datetime", "date"])
            return self.binary("subtract", self.node(kind, depth), self.node(kind, depth))
        if pick == 1:
            fields = []
            for _ in SPANS:
                small = {"op": "literal", **constant(self.choice([0, 0, 1, -5, 0.5, 1.5, 0.1, 2.5e-7, 0.0000005, 1e-7]))}
                fields.append(small if self.one(0.8) else self.number(depth))
            return self.call("timedelta", *fields)
        if pick == 2:
            return self.binary(self.choice(["add", "subtract", "remainder"]), self.node("timedelta", depth), self.node("timedelta", depth))
        if pick == 3:
            return self.binary("multiply", self.node("timedelta", depth), self.number(depth))
        if pick == 4:
            return self.binary(self.choice(["divide", "floor_divide"]), self.node("timedelta", depth), self.number(depth))
        if pick == 5:
            return self.call("abs", self.node("timedelta", depth))
        return {"op": self.choice(["negate", "plus"]), "operand": self.node("timedelta", depth)}

    def line(self, rows: int) -> dict[str, Any]:
        """An expression with rows of inputs and their outcomes."""
        self.inputs = [*KINDS[1:], "int", "float", "str"]
        self.locals = []
        depth = self.choice([1, 1, 2, 2, 3, 4])
        root = self.node(self.choice(KINDS[1:]), depth)
        if self.one(0.05):
            root = {"op": "tuple", "items": [root, self.node("float", 1)]}
        values = [[self.sample("none" if self.one(0.02) else kind) for kind in self.inputs] for _ in range(rows)]
        return {
            "root": root,
            "inputs": [[constant(value) for value in row] for row in values],
            "outcomes": [outcome(root, row) for row in values],
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2_000, help="how many expressions")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rows", type=int, default=3, help="rows of inputs for each")
    arguments = parser.parse_args()
    generator = Generator(arguments.seed)
    for _ in range(arguments.cases):
        print(json.dumps(generator.line(arguments.rows), ensure_ascii=True, separators=(",", ":")))


if __name__ == "__main__":
    main()
