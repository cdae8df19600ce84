"""Expressions: constants, names, operators, comparisons, choices, look-ups and f-strings."""

from __future__ import annotations

import ast
import math
import re
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from featuregrid.definitions.translation import operators
from featuregrid.definitions.translation.constants import NOWHERE
from featuregrid.definitions.translation.frame import Place
from featuregrid.definitions.translation.narrowing import narrowed
from featuregrid.definitions.translation.operators import real
from featuregrid.definitions.translation.tree import (
    BOOL,
    DATE,
    DATETIME,
    NOTHING,
    TEXT,
    WHOLE,
    Node,
    Typed,
    call,
    constant,
    is_simple,
    known,
    literal,
    raising,
)
from featuregrid.definitions.translation.untranslatable import Untranslatable
from featuregrid.definitions.translation.vocabulary import METHODS, Method

if TYPE_CHECKING:
    from featuregrid.definitions.translation.translator import Translator

_SPECIFICATION = re.compile(r"(.?[<>=^])?[ +-]?#?0?(\d{0,3})([,_])?(\.\d{1,3})?[bcdeEfFgGosxX%]?", re.DOTALL)
_TIME_SPECIFICATION = re.compile(r"([^%]|%[YmdHMSfjyBbAapIZz%])*", re.DOTALL)
_CONVERSIONS = {-1: "", ord("r"): "r", ord("s"): "s", ord("a"): "a"}
UNBOUND = "cannot access local variable {!r} where it is not associated with a value"


class Expressions:
    """Translates expressions; raises Untranslatable for what has no formula."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    def value(self, node: ast.expr, place: Place) -> Typed:
        """The node of an expression."""
        place = place.not_answering()
        if isinstance(node, ast.Constant):
            return self._literal(node.value, node)
        if isinstance(node, ast.Name):
            return self._name(node, place)
        if isinstance(node, ast.BinOp):
            return self._binary(node, place)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node, place)
        if isinstance(node, ast.Compare):
            return self._compare(node, place)
        if isinstance(node, ast.BoolOp):
            return self._and_or(node, place)
        if isinstance(node, ast.IfExp):
            return self.choice(node, place, self._translator.value)
        if isinstance(node, ast.Call):
            return self._translator.calls.value(node, place)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, place)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, place)
        if isinstance(node, ast.JoinedStr):
            return self._joined(node, place)
        raise Untranslatable(f"{_called(node)} is not part of formulas", node)

    def choice(self, node: ast.IfExp, place: Place, each: Callable[[ast.expr, Place], Typed]) -> Typed:
        """``a if test else b``; ``each`` translates the two."""
        test = real(self._translator.value(node.test, place))
        then = each(node.body, narrowed(node.test, place, True))
        otherwise = each(node.orelse, narrowed(node.test, place, False))
        return either(test, then, otherwise)

    def constant(self, node: ast.expr, place: Place) -> Any:
        """The value of an expression that is one constant, also a tuple, list, set or dict; NOWHERE if it is none."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd) and isinstance(node.operand, ast.Constant):
            number = node.operand.value
            if not isinstance(number, int | float) or isinstance(number, bool):
                return NOWHERE
            return -number if isinstance(node.op, ast.USub) else number
        if isinstance(node, ast.Name | ast.Attribute):
            value = self.resolved(node, place)
            plain = value is not NOWHERE and (
                constant(value) is not None or isinstance(value, tuple | list | set | frozenset | dict)
            )
            return value if plain else NOWHERE
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            items = [self.constant(item, place) for item in node.elts]
            if any(constant(item) is None for item in items):
                return NOWHERE
            return tuple(items) if isinstance(node, ast.Tuple) else items if isinstance(node, ast.List) else set(items)
        if isinstance(node, ast.Dict):
            pairs = [(key and self.constant(key, place), self.constant(value, place)) for key, value in
                     zip(node.keys, node.values, strict=True)]  # fmt: skip
            if None in node.keys or any(constant(key) is None or constant(value) is None for key, value in pairs):
                return NOWHERE
            return dict(pairs)
        return NOWHERE

    def resolved(self, node: ast.expr, place: Place) -> Any:
        """What a name of the module, or an attribute of a module or class, stands for; NOWHERE if it is a value of the function's.

        Raises Untranslatable for a name that may change, and for what formulas know nothing of.
        """
        if isinstance(node, ast.Name):
            return NOWHERE if node.id in place.frame.variables else place.frame.names.steady(node.id, node)
        if isinstance(node, ast.Attribute):
            owner = self.resolved(node.value, place)
            if owner is NOWHERE or not isinstance(owner, types.ModuleType | type):
                return NOWHERE
            return place.frame.names.attribute(owner, node.attr, node)
        return NOWHERE

    def method(self, receiver: Typed, name: str, node: ast.AST) -> Method:
        """The method or attribute of a name that the receiver surely has. Raises Untranslatable if it may have another."""
        method = METHODS.get(name)
        if method is None:
            raise Untranslatable(f"'.{name}' is not part of formulas", node)
        kinds = receiver.kinds - {"none"}
        if kinds and not kinds <= method.owners:
            raise Untranslatable(f"'.{name}' of {' or '.join(sorted(kinds))} is not part of formulas", node)
        return method

    def owned(self, receiver: Typed, name: str, body: Callable[[Typed], Typed]) -> Typed:
        """``body`` of a receiver that has the attribute, where None raises AttributeError first, as CPython does."""
        if "none" not in receiver.kinds:
            return body(receiver)

        def guarded(local: Typed) -> Typed:
            test = compared("is", local, known(None))
            failure = raising("AttributeError", known(f"'NoneType' object has no attribute {name!r}"))
            return either(test, failure, body(Typed(local.node, local.kinds - {"none"}, local.not_negative)))

        return self._translator.bind("owner", receiver, guarded)

    def _literal(self, value: Any, node: ast.AST) -> Typed:
        found = literal(value)
        if found is None:
            raise Untranslatable(f"the constant {value!r:.60} is not part of formulas", node)
        return found

    def _name(self, node: ast.Name, place: Place) -> Typed:
        if node.id in place.frame.variables:
            found = place.bound.get(node.id)
            return raising("UnboundLocalError", known(UNBOUND.format(node.id))) if found is None else found
        return self._literal(place.frame.names.steady(node.id, node), node)

    def _attribute(self, node: ast.Attribute, place: Place) -> Typed:
        found = self.resolved(node, place)
        if found is not NOWHERE:
            return self._literal(found, node)
        receiver = real(self._translator.value(node.value, place))
        method = self.method(receiver, node.attr, node)
        if not method.attribute:
            raise Untranslatable(f"the method '.{node.attr}' is not called", node)
        return self.owned(receiver, node.attr, lambda owner: Typed(call(method.word, owner), method.kinds))

    def _binary(self, node: ast.BinOp, place: Place) -> Typed:
        word = operators.BINARY.get(type(node.op))
        if word is None:
            raise Untranslatable("'@' is not part of formulas", node)
        left = self._translator.value(node.left, place)
        right = self._translator.value(node.right, place)
        try:
            if word in ("floor_divide", "remainder", "bit_and", "bit_or", "bit_xor", "shift_left", "shift_right"):
                left, right = real(left, raises=True), real(right, raises=True)
            return operators.binary(word, left, right)
        except Untranslatable as problem:
            raise Untranslatable(problem.reason, node) from None

    def _unary(self, node: ast.UnaryOp, place: Place) -> Typed:
        words = {ast.USub: "negate", ast.UAdd: "plus", ast.Invert: "invert", ast.Not: "not"}
        word = words[type(node.op)]
        if word == "negate" and (number := self.constant(node, place)) is not NOWHERE:
            # One constant, as CPython makes of it; so is the least int, whose digits alone are too many.
            return self._literal(number, node)
        operand = self._translator.value(node.operand, place)
        return operators.unary(word, real(operand) if word == "not" else real(operand, True) if word == "invert" else operand)

    def _and_or(self, node: ast.BoolOp, place: Place) -> Typed:
        is_and = isinstance(node.op, ast.And)
        operands = []
        for operand in node.values:
            operands.append(real(self._translator.value(operand, place)))
            place = narrowed(operand, place, is_and)
        kinds = frozenset().union(*(operand.kinds for operand in operands))
        written = {"op": "and" if is_and else "or", "operands": [operand.node for operand in operands]}
        return Typed(written, kinds, all(operand.not_negative for operand in operands))

    def _compare(self, node: ast.Compare, place: Place) -> Typed:
        words = [operators.COMPARISONS[type(operator)] for operator in node.ops]
        if len(words) == 1 and words[0] in ("in", "not_in"):
            container = self.constant(node.comparators[0], place)
            if isinstance(container, tuple | list | set | frozenset | dict):
                member = self._member(node.left, container, node, place)
                return operators.unary("not", member) if words[0] == "not_in" else member
        written = [node.left, *node.comparators]
        operands = [self._translator.value(operand, place) for operand in written]
        for index, word in enumerate(words):
            left, right = operands[index], operands[index + 1]
            if word in ("is", "is_not") and not (_is_single(left) or _is_single(right)):
                raise Untranslatable("'is' of other things than None, True and False depends on the interpreter", node)
            if word in ("in", "not_in") and right.kinds and not right.kinds <= TEXT | {"none"}:
                raise Untranslatable("'in' stands before other things than a text and a constant", node)
        orders = all(word in ("less", "less_or_equal", "greater", "greater_or_equal") for word in words)
        operands = [real(operand, raises=orders) for operand in operands]
        return Typed({"op": "compare", "operators": words, "operands": [operand.node for operand in operands]}, BOOL)

    def _member(self, value: ast.expr, container: Any, node: ast.AST, place: Place) -> Typed:
        # A set has no order; the formula needs one that is the same in every process.
        items = sorted(container, key=repr) if isinstance(container, set | frozenset) else container
        constants = [constant(item) for item in items]
        if any(each is None for each in constants) or any(isinstance(item, float) and math.isnan(item) for item in container):
            raise Untranslatable("'in' stands before a collection of other things than texts, numbers, bools, None and times", node)
        left = real(self._translator.value(value, place))
        return Typed({"op": "member", "value": left.node, "constants": constants}, BOOL)

    def _subscript(self, node: ast.Subscript, place: Place) -> Typed:
        container = self.constant(node.value, place)
        if isinstance(container, dict):
            return self.looked_up(self._translator.value(node.slice, place), container, None, node)
        if isinstance(container, tuple | list):
            return self._item(node, container, place)
        value = real(self._translator.value(node.value, place), raises=True)
        if not value.kinds <= TEXT | {"none"}:
            raise Untranslatable(f"{' or '.join(sorted(value.kinds))} is indexed", node)
        if isinstance(node.slice, ast.Slice):
            return self._slice(node.slice, value, place)
        index = self._translator.value(node.slice, place)
        if not index.kinds <= WHOLE:
            raise Untranslatable("the index may be no int", node)
        return Typed({"op": "index", "value": value.node, "index": index.node}, TEXT)

    def looked_up(self, key: Typed, entries: dict[Any, Any], otherwise: Typed | None, node: ast.AST) -> Typed:
        """``entries[key]``, or ``entries.get(key, otherwise)``; the key is computed before."""
        written = [[constant(each), constant(value)] for each, value in entries.items()]
        unusual = any(isinstance(each, float) and math.isnan(each) for each in entries)
        if unusual or any(each is None or value is None for each, value in written):
            raise Untranslatable("the dict has other things than texts, numbers, bools, None and times", node)
        kinds = frozenset(value["kind"] for _, value in written if value is not None)
        lookup: Node = {"op": "lookup", "value": real(key).node, "entries": written}
        if otherwise is None:
            return Typed(lookup, kinds)
        if is_simple(otherwise.node) or is_simple(key.node):
            return Typed({**lookup, "otherwise": otherwise.node}, kinds | otherwise.kinds)
        return self._translator.bind(
            "key", key, lambda local: Typed({**lookup, "value": local.node, "otherwise": otherwise.node}, kinds | otherwise.kinds)
        )

    def _item(self, node: ast.Subscript, items: Any, place: Place) -> Typed:
        """``("a", "b")[index]``."""
        if isinstance(node.slice, ast.Slice):
            raise Untranslatable("a tuple or list is sliced", node)
        index = self._translator.value(node.slice, place)
        if not index.kinds <= WHOLE:
            raise Untranslatable("the index may be no int", node)
        places = [constant(number) for number in range(-len(items), len(items))]
        entries = {number: items[number] for number in range(-len(items), len(items))}
        failure = raising("IndexError", known(f"{'tuple' if isinstance(items, tuple) else 'list'} index out of range"))

        def chosen(local: Typed) -> Typed:
            within = Typed({"op": "member", "value": local.node, "constants": places}, BOOL)
            return either(within, self.looked_up(local, entries, None, node), failure)

        return self._translator.bind("index", index, chosen)

    def _slice(self, node: ast.Slice, value: Typed, place: Place) -> Typed:
        written: Node = {"op": "slice", "value": value.node}
        for name in ("lower", "upper", "step"):
            bound = getattr(node, name)
            if bound is None or (isinstance(bound, ast.Constant) and bound.value is None):
                continue
            number = self._translator.value(bound, place)
            if not number.kinds <= WHOLE:
                raise Untranslatable("a bound of a slice may be no int", bound)
            written[name] = number.node
        return Typed(written, TEXT)

    def _joined(self, node: ast.JoinedStr, place: Place) -> Typed:
        parts: list[Node] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                parts.append(self._formatted(part, place).node)
            else:
                assert isinstance(part, ast.Constant)
                parts.append(self._literal(part.value, part).node)
        return Typed({"op": "join", "parts": parts}, TEXT)

    def _formatted(self, node: ast.FormattedValue, place: Place) -> Typed:
        value = real(self._translator.value(node.value, place))
        specification = ""
        if node.format_spec is not None:
            assert isinstance(node.format_spec, ast.JoinedStr)
            pieces = [part.value if isinstance(part, ast.Constant) else None for part in node.format_spec.values]
            if None in pieces:
                raise Untranslatable("a format is computed", node)
            specification = "".join(map(str, pieces))
        conversion = _CONVERSIONS[node.conversion]
        kinds = TEXT if conversion else value.kinds
        if specification and kinds & {"none", "timedelta"}:
            raise Untranslatable(f"a format of {' or '.join(sorted(kinds & {'none', 'timedelta'}))} is not part of formulas", node)
        times = kinds & (DATETIME | DATE)
        if specification and times and (kinds - times or not _TIME_SPECIFICATION.fullmatch(specification)):
            raise Untranslatable(f"the format {specification!r} is not part of formulas", node)
        if specification and not times and not _SPECIFICATION.fullmatch(specification):
            raise Untranslatable(f"the format {specification!r} is not part of formulas", node)
        return Typed({"op": "format", "value": value.node, "conversion": conversion, "specification": specification}, TEXT)


def either(test: Typed, then: Typed, otherwise: Typed) -> Typed:
    """``then if test else otherwise``."""
    node = {"op": "if", "test": test.node, "then": then.node, "otherwise": otherwise.node}
    never_negative = all(one.not_negative or one.kinds == NOTHING for one in (then, otherwise))
    return Typed(node, then.kinds | otherwise.kinds, never_negative)


def compared(word: str, left: Typed, right: Typed) -> Typed:
    """One comparison."""
    return Typed({"op": "compare", "operators": [word], "operands": [left.node, right.node]}, BOOL)


def _is_single(value: Typed) -> bool:
    return value.node["op"] == "literal" and value.node["kind"] in ("none", "bool")


def _called(node: ast.AST) -> str:
    names = {
        ast.Lambda: "a lambda", ast.ListComp: "a comprehension", ast.SetComp: "a comprehension", ast.DictComp: "a comprehension",
        ast.GeneratorExp: "a comprehension", ast.NamedExpr: "an assignment inside of an expression", ast.Starred: "'*'",
        ast.Tuple: "a tuple that is no result", ast.List: "a list", ast.Set: "a set", ast.Dict: "a dict", ast.Await: "await",
    }  # fmt: skip
    return names.get(type(node), f"{type(node).__name__}")
