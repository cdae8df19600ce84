"""Calls: functions of the language, methods, constructors, and functions of the definitions, whose bodies are put in place."""

from __future__ import annotations

import ast
import builtins
import datetime
import types
from typing import TYPE_CHECKING, Any

from featuregrid.definitions.reference import DECLARATION
from featuregrid.definitions.translation import operators
from featuregrid.definitions.translation.constants import NOWHERE, is_among
from featuregrid.definitions.translation.frame import Place, definition_of
from featuregrid.definitions.translation.modules import is_own
from featuregrid.definitions.translation.operators import real
from featuregrid.definitions.translation.tree import (
    BOOL,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    TIMEDELTA,
    WHOLE,
    Kinds,
    Typed,
    call,
    known,
    literal,
)
from featuregrid.definitions.translation.untranslatable import Untranslatable
from featuregrid.definitions.translation.vocabulary import (
    EXCEPTIONS,
    FUNCTIONS,
    MOMENT_PARTS,
    TIMEDELTA_UNITS,
    Known,
)

if TYPE_CHECKING:
    from featuregrid.definitions.translation.translator import Translator


class Calls:
    """Translates calls; raises Untranslatable for those of anything that formulas do not have."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    def value(self, node: ast.Call, place: Place) -> Typed:
        """The node of a call. Its result is a tuple only where the place may answer one."""
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(not each.arg for each in node.keywords):
            raise Untranslatable("a call spreads its arguments by '*'", node)
        function = self._translator.expressions.resolved(node.func, place)
        if function is NOWHERE:
            return self._method(node, place.not_answering())
        if isinstance(function, types.FunctionType):
            return self._own(function, node, place)
        place = place.not_answering()
        if is_among(function, FUNCTIONS):
            return self._known(FUNCTIONS[function], node, place)
        if function is datetime.timedelta:
            return self._span(node, place)
        if function is datetime.datetime:
            return self._moment(node, place)
        if function is datetime.date:
            return self._parts("date.of", MOMENT_PARTS[:3], 3, DATE, node.args, node.keywords, node, place)
        special = {builtins.abs: self._abs, builtins.round: self._round, builtins.pow: self._pow}
        special |= {builtins.min: self._least, builtins.max: self._least}
        if is_among(function, special):
            return special[function](node, place)
        raise Untranslatable(f"{_name(function, node)} is not part of formulas", node)

    def _positional(self, node: ast.Call, place: Place, least: int, most: int) -> list[Typed]:
        if node.keywords or not least <= len(node.args) <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            raise Untranslatable(f"{ast.unparse(node.func)} has other arguments than {expected} by position", node)
        return [self._translator.value(argument, place) for argument in node.args]

    def _known(self, function: Known, node: ast.Call, place: Place) -> Typed:
        arguments = self._positional(node, place, function.least, function.most)
        raises = function.word.startswith("math.") or function.word in ("int", "float", "len")
        arguments = [real(argument, raises) for argument in arguments]
        if function.word == "len" and not arguments[0].kinds <= TEXT | {"none"}:
            raise Untranslatable("len of other things than a text is not part of formulas", node)
        if function.word in ("math.floor", "math.ceil", "math.trunc", "math.log") and not arguments[0].kinds <= NUMBER | {"none"}:
            raise Untranslatable(f"{function.word} of other things than a number is not part of formulas", node)
        return Typed(call(function.word, *arguments), function.kinds, function.not_negative)

    def _abs(self, node: ast.Call, place: Place) -> Typed:
        (argument,) = [real(argument) for argument in self._positional(node, place, 1, 1)]
        kinds = frozenset("int" if kind == "bool" else kind for kind in argument.kinds if kind in NUMBER | TIMEDELTA)
        return Typed(call("abs", argument), kinds, not_negative=True)

    def _round(self, node: ast.Call, place: Place) -> Typed:
        arguments = [real(argument, raises=True) for argument in self._positional(node, place, 1, 2)]
        if len(arguments) == 2 and arguments[1].node == known(None).node:
            arguments.pop()
        if len(arguments) == 2 and not arguments[1].kinds <= WHOLE:
            raise Untranslatable("the digits that round keeps may be no int", node)
        whole = {"int"} if arguments[0].kinds & NUMBER else set()
        kept = {"int" if kind == "bool" else kind for kind in arguments[0].kinds & NUMBER}
        kinds = frozenset(whole if len(arguments) == 1 else kept)
        return Typed(call("round", *arguments), kinds, arguments[0].not_negative)

    def _pow(self, node: ast.Call, place: Place) -> Typed:
        left, right = self._positional(node, place, 2, 2)
        try:
            return operators.binary("power", left, right)
        except Untranslatable as problem:
            raise Untranslatable(problem.reason, node) from None

    def _least(self, node: ast.Call, place: Place) -> Typed:
        arguments = [real(argument, raises=True) for argument in self._positional(node, place, 2, 255)]
        assert isinstance(node.func, ast.Name)
        function = place.frame.names.find(node.func.id)
        kinds: Kinds = frozenset().union(*(argument.kinds for argument in arguments))
        never_negative = all(argument.not_negative and argument.kinds <= WHOLE for argument in arguments)
        return Typed(call("min" if function is builtins.min else "max", *arguments), kinds, never_negative)

    def _span(self, node: ast.Call, place: Place) -> Typed:
        units = TIMEDELTA_UNITS
        result = self._parts("timedelta", units, 0, TIMEDELTA, node.args, node.keywords, node, place)
        written = result.node
        while written["op"] == "let":
            written = written["body"]
        missing = len(units) - len(written["arguments"])
        written["arguments"] += [known(0).node] * missing
        return result

    def _moment(self, node: ast.Call, place: Place) -> Typed:
        zones = [keyword.value for keyword in node.keywords if keyword.arg == "tzinfo"]
        if len(zones) != 1 or self._translator.expressions.resolved(zones[0], place) is not datetime.UTC:
            raise Untranslatable("a datetime without tzinfo=timezone.utc is not part of formulas", node)
        keywords = [keyword for keyword in node.keywords if keyword.arg != "tzinfo"]
        return self._parts("datetime.of", MOMENT_PARTS, 3, DATETIME, node.args, keywords, node, place)

    def _parts(self, word: str, names: tuple[str, ...], least: int, kinds: Kinds, positional: list[ast.expr],
               keywords: list[ast.keyword], node: ast.Call, place: Place) -> Typed:  # fmt: skip
        """A constructor whose parameters may be named, all ints where they are not given 0; computed in the order written."""
        given = [*zip(names, positional, strict=False), *((str(keyword.arg), keyword.value) for keyword in keywords)]
        order = [name for name, _ in given]
        if len(positional) > len(names) or len(set(order)) < len(order) or not set(names[:least]) <= set(order) <= set(names):
            raise Untranslatable(f"{ast.unparse(node.func)} has other arguments than {', '.join(names)}", node)
        values = [(name, real(self._translator.value(value, place))) for name, value in given]

        def built(bound: list[Typed]) -> Typed:
            by_name = dict(zip(order, bound, strict=True))
            last = max((names.index(name) for name in order), default=-1)
            return Typed(call(word, *(by_name.get(name, known(0)) for name in names[: max(last + 1, least)])), kinds)

        in_order = [name for name in names if name in order] == order
        return built([value for _, value in values]) if in_order else self._translator.bind_all(values, built)

    def _method(self, node: ast.Call, place: Place) -> Typed:
        """``value.name(...)``, or ``.get`` of a constant dict."""
        if not isinstance(node.func, ast.Attribute):
            raise Untranslatable(f"{ast.unparse(node.func)} is not part of formulas", node)
        name = node.func.attr
        container = self._translator.expressions.constant(node.func.value, place)
        if isinstance(container, dict) and name == "get":
            key, *otherwise = self._positional(node, place, 1, 2)
            default = otherwise[0] if otherwise else known(None)
            return self._translator.expressions.looked_up(key, container, real(default), node)
        receiver = real(self._translator.value(node.func.value, place))
        method = self._translator.expressions.method(receiver, name, node)
        if method.attribute:
            raise Untranslatable(f"'.{name}' is no method", node)
        if name in ("startswith", "endswith") and len(node.args) == 1 and not node.keywords:
            several = self._translator.expressions.constant(node.args[0], place)
            if isinstance(several, tuple):
                return self._any_of(receiver, name, several, node)
        arguments = self._positional(node, place, method.least, method.most)
        if name in ("strip", "lstrip", "rstrip") and arguments and arguments[0].kinds & {"none"}:
            if arguments[0].node != known(None).node:
                raise Untranslatable(f"what {name} takes away may be None", node)
            arguments = []
        return self._translator.expressions.owned(
            receiver, name, lambda owner: Typed(call(method.word, owner, *map(real, arguments)), method.kinds)
        )

    def _any_of(self, receiver: Typed, name: str, several: tuple[Any, ...], node: ast.AST) -> Typed:
        """``text.startswith(("a", "b"))``."""
        if not several or not all(isinstance(each, str) and literal(each) for each in several):
            raise Untranslatable(f"{name} of other things than texts is not part of formulas", node)

        def any_of(owner: Typed) -> Typed:
            tests = [call(f"str.{name}", owner, known(each)) for each in several]
            return Typed(tests[0] if len(tests) == 1 else {"op": "or", "operands": tests}, BOOL)

        return self._translator.expressions.owned(receiver, name, lambda owner: self._translator.bind("owner", owner, any_of))

    def _own(self, function: types.FunctionType, node: ast.Call, place: Place) -> Typed:
        """A call of a function of the definitions: its arguments in variables of their own, then its body."""
        name = function.__name__
        if not is_own(function.__code__.co_filename):
            raise Untranslatable(f"{_name(function, node)} is not part of formulas", node)
        try:
            definition = definition_of(function, self._translator.modules)
        except Untranslatable as problem:
            raise Untranslatable(f"{name!r} is called: {problem.reason}", node) from None
        if definition.decorator_list and DECLARATION not in vars(function):
            raise Untranslatable(f"{name!r} is called, which has a decorator", node)
        given, defaults = self._arguments(function, definition, node)
        values = [(parameter, real(self._translator.value(value, place.not_answering()))) for parameter, value in given]

        def inlined(bound: list[Typed]) -> Typed:
            arguments = dict(zip((parameter for parameter, _ in values), bound, strict=True))
            for parameter, value in defaults.items():
                written = literal(value)
                if written is None:
                    raise Untranslatable(f"the default {parameter}={value!r:.60} of {name!r} is not part of formulas", node)
                arguments[parameter] = written
            return self._translator.body(function, definition, arguments, place.frame.calls, place.frame.answers)

        return self._translator.bind_all(values, inlined)

    def _arguments(self, function: types.FunctionType, definition: ast.FunctionDef,
                   node: ast.Call) -> tuple[list[tuple[str, ast.expr]], dict[str, Any]]:  # fmt: skip
        """What is given for each parameter in the order written, and the defaults of the others."""
        parameters = definition.args
        positional = [each.arg for each in (*parameters.posonlyargs, *parameters.args)]
        only_positional = {each.arg for each in parameters.posonlyargs}
        only_named = [each.arg for each in parameters.kwonlyargs]
        if parameters.vararg or parameters.kwarg or len(node.args) > len(positional):
            raise Untranslatable(f"{function.__name__!r} is called with other arguments than its parameters", node)
        given = [*zip(positional, node.args, strict=False), *((str(each.arg), each.value) for each in node.keywords)]
        order = [parameter for parameter, _ in given]
        defaults = dict(zip(reversed(positional), reversed(function.__defaults__ or ()), strict=False))
        defaults |= function.__kwdefaults__ or {}
        named = {str(each.arg) for each in node.keywords}
        needed = {*positional, *only_named} - defaults.keys()
        if len(set(order)) < len(order) or not needed <= set(order) <= {*positional, *only_named} or named & only_positional:
            raise Untranslatable(f"{function.__name__!r} is called with other arguments than its parameters", node)
        return given, {parameter: value for parameter, value in defaults.items() if parameter not in order}


def exception_of(function: Any) -> str | None:
    """The name of an exception whose text is its argument; None for anything else."""
    return EXCEPTIONS[function] if is_among(function, EXCEPTIONS) else None


def _name(function: Any, node: ast.Call) -> str:
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", ast.unparse(node.func))
    return name if module in (None, "builtins") else f"{module}.{name}"
