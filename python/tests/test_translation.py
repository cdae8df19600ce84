"""What functions become as formulas: the same values and errors as CPython's, or a reason why they stay Python."""

from __future__ import annotations

import ast
import datetime
import itertools
import sys
import textwrap
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from featuregrid.definitions.translation import Modules, Untranslatable, translate
from featuregrid.definitions.translation.evaluation import evaluate
from featuregrid.definitions.translation.tree import KIND_OF_TYPE, children

UTC = datetime.UTC
NOON = datetime.datetime(2024, 2, 29, 12, tzinfo=UTC)
_numbers = itertools.count(1)

Translated = Callable[..., dict[str, Any]]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], types.ModuleType]:
    """Imports a file with the text."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def imported(text: str, name: str | None = None) -> types.ModuleType:
        name = name or f"translated{next(_numbers)}"
        path = tmp_path / f"{name}.py"
        path.write_text("import datetime\nimport math\n" + textwrap.dedent(text).lstrip("\n"))
        found = types.ModuleType(name)
        found.__file__ = str(path)
        monkeypatch.setitem(sys.modules, name, found)
        exec(compile(path.read_text(), str(path), "exec"), found.__dict__)
        return found

    return imported


def formula(module: types.ModuleType, examples: Sequence[Sequence[Any]], name: str = "f", outputs: int = 1) -> dict[str, Any]:
    """The function's formula for inputs of the kinds that the examples have."""
    columns = list(zip(*examples, strict=True))
    kinds = [frozenset(KIND_OF_TYPE[type(value)] for value in column) for column in columns]
    modules = {each: found for each, found in sys.modules.items() if each.startswith("translated")}
    return translate(getattr(module, name), kinds, Modules({**modules, module.__name__: module}), outputs)


def outcome(call: Callable[[], Any]) -> tuple[Any, ...]:
    try:
        value = call()
        return (type(value), repr(value))
    except Exception as error:
        return (type(error), str(error))


def check(module: types.ModuleType, examples: Sequence[Sequence[Any]], outputs: int = 1) -> dict[str, Any]:
    """Fails unless the formula does for each example what the function does."""
    tree = formula(module, examples, outputs=outputs)
    for arguments in examples:
        assert outcome(lambda given=arguments: evaluate(tree, given)) == outcome(lambda given=arguments: module.f(*given))
    return tree


Module = Callable[[str], types.ModuleType]


@pytest.mark.parametrize(
    ("text", "examples"),
    [
        ("def f(a, b): return a // b, a % b, a ** 2", [(7, -2), (-7, 2), (1, 0)]),
        ("def f(a, b): return a // b, a % b, a / b", [(7.5, -2.0), (-0.0, 3.0), (1.0, 0.0)]),
        ("def f(a, b): return 1 < a <= b != 3, not a, a and b, a or b", [(0, 2), (2, 3), (5, 4)]),
        ("def f(a): return a if a is not None else 'none', a is None", [(1,), (None,)]),
        ("def f(a): return a in (1, 2.5, True), a not in {3, 4}, a in [7]", [(1,), (3,), (7,)]),
        ("D = {'a': 1, 'b': None}\ndef f(a): return D.get(a), D.get(a, 0), {'a': 2}.get(a, a)", [("a",), ("b",), ("c",)]),
        ("D = {'a': 1}\ndef f(a): return D[a], ('x', 'y')[len(a)]", [("a",), ("",), ("zz",)]),
        ("def f(s): return s[0], s[-1], s[1:], s[::-1], len(s), 'a' in s", [("abc",), ("\U0001f600x",), ("",)]),
        ("def f(s): return s.strip('x').upper() + s.replace('a', ''), s.startswith(('a', 'x'))", [("xax",), ("",)]),
        ("def f(a): return f'{a:.2f} {a!r:>8} {{}} {a}', str(a), round(a, 1), round(a)", [(2.675,), (-0.0,)]),
        ("def f(t): return t.year, t.date(), t.weekday(), t.isoformat(), f'{t:%H:%M}'", [(NOON,)]),
        ("def f(t, d): return (t - datetime.timedelta(days=1)).day, (d - d).days", [(NOON, NOON.date())]),
        ("def f(d): return d.month, d + datetime.timedelta(1, hours=30), d.isoformat()", [(NOON.date(),)]),
        ("def f(a): return math.sqrt(a), math.pi * a, math.floor(a), math.log(a, 2), math.inf", [(2.0,), (-1.0,), (0.0,)]),
        ("def f(a): return datetime.datetime(a, 1, day=2, tzinfo=datetime.timezone.utc)", [(2000,), (0,)]),
        ("def f(a, b): return min(a, b), max(a, b, 3), abs(a), int(b), float(a), bool(a)", [(1, 2.5), (-3, float("nan"))]),
        ("def f(a): return -a, +a, ~a, a << 2, a >> 1, a & 6, a | 1, a ^ 3", [(5,), (True,)]),
    ],
)
def test_expressions_mean_what_they_mean_in_cpython(module: Module, text: str, examples: list[tuple[Any, ...]]) -> None:
    found = module(text)
    body = ast.parse(text).body[-1]
    assert isinstance(body, ast.FunctionDef) and isinstance(body.body[0], ast.Return)
    returned = body.body[0].value
    check(found, examples, len(returned.elts) if isinstance(returned, ast.Tuple) else 1)


STATEMENTS = '''
    LIMIT = 10
    def f(a, b):
        """Text."""
        if a is None:
            return None
        total: int = a
        total += LIMIT
        if b:
            total *= 2
            sign = "+"
        elif a < 0:
            sign = "-"
        else:
            sign = ""
        x, y = total, a
        x, y = y, x
        assert x != 7, f"no {x}"
        if x > 100:
            raise ValueError("too large: " + str(x))
        pass
        return f"{sign}{x}{y}"
'''


def test_statements_mean_what_they_mean_in_cpython(module: Module) -> None:
    check(module(STATEMENTS), [(None, True), (1, True), (-3, False), (3, False), (7, True), (101, False)])


def test_what_follows_a_choice_of_values_is_written_once(module: Module) -> None:
    steps = "".join(f"    if a > {n}:\n        b += {n}\n    else:\n        c = b\n" for n in range(30))
    tree = check(module(f"def f(a):\n    b = 0\n    c = 0\n{steps}    return b - c"), [(3,), (29,), (-1,)])
    assert _count(tree["root"]) < 2_000


def _count(node: dict[str, Any]) -> int:
    return 1 + sum(_count(child) for child in children(node))


def test_a_variable_that_a_path_does_not_bind_is_unbound_there(module: Module) -> None:
    text = "def f(a):\n    if a > 1:\n        b = a\n    if a > 2:\n        c = 1\n    return b"
    check(module(text), [(0,), (2,), (3,)])


def test_a_local_name_goes_before_a_builtin_even_where_it_is_not_bound_yet(module: Module) -> None:
    found = module("def f(a):\n    b = abs\n    abs = a\n    return b")
    check(found, [(1,)])


def test_a_function_of_the_module_goes_before_a_builtin(module: Module) -> None:
    found = module("def abs(x):\n    return x + 100\ndef f(a):\n    return abs(a)")
    assert evaluate(check(found, [(-1,)]), [-1]) == 99


def test_helpers_are_put_in_place_their_arguments_computed_once_and_in_order(module: Module) -> None:
    text = """
        def scaled(x, by=2, *, plus=0):
            if x > 5:
                return x * by
            y = x + plus
            return y * y
        def f(a, b):
            return scaled(plus=1 // b, x=a // (b - 1)) + scaled(a, 3)
    """
    tree = check(module(text), [(10, 2), (3, 1), (3, 0), (-1, 5)])
    names = [node["name"] for node in _walk(tree["root"]) if node["op"] == "let"]
    assert names[:2] == ["plus", "x"]


def _walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for child in children(node) for inner in _walk(child))]


def test_helpers_and_constants_come_from_other_modules_too(module: Callable[..., types.ModuleType]) -> None:
    module("RATE = 3\nTABLE = {'a': 1}\ndef helper(x):\n    return x * RATE", "translated_helpers")
    text = """
        import translated_helpers as other
        from translated_helpers import helper, TABLE
        def f(a):
            return helper(a) + other.RATE + TABLE.get("a") + other.helper(a)
    """
    check(module(text), [(2,), (5,)])


def test_an_attribute_of_none_fails_before_the_arguments_are_computed(module: Module) -> None:
    check(module("def f(s, a):\n    return s.replace('a', str(1 // a))"), [(None, 0), ("a", 0), ("a", 1)])


def test_a_function_of_several_outputs_returns_a_tuple_on_every_path(module: Module) -> None:
    found = module("def f(a):\n    if a > 1:\n        return a, 1\n    return (a, 2) if a else (0, 0)")
    check(found, [(0,), (1,), (2,)], outputs=2)
    with pytest.raises(Untranslatable, match="it returns other than 3 results"):
        formula(found, [(1,)], outputs=3)
    with pytest.raises(Untranslatable, match="it returns other than 1 result"):
        formula(found, [(1,)])


@pytest.mark.parametrize(
    ("text", "example", "reason"),
    [
        ("def f(a):\n    for i in (1, 2):\n        a += i\n    return a", (1,), "a loop is not part of formulas"),
        ("def f(a):\n    try:\n        return a\n    except ValueError:\n        return 0", (1,), "try is not part"),
        ("def f(a):\n    return [x for x in (a, a)]", (1,), "a comprehension is not part"),
        ("def f(a):\n    return (lambda: a)()", (1,), "is not part of formulas"),
        ("def f(a):\n    global G\n    G = a\n    return a", (1,), "assigns a name of its module"),
        ("import random\ndef f(a):\n    return random.random() + a", (1,), "random.random is not part of formulas"),
        ("def f(a):\n    return datetime.datetime.now()", (1,), "datetime.now is not part of formulas"),
        ("def f(a):\n    return datetime.datetime(2020, 1, 1)", (1,), "without tzinfo=timezone.utc"),
        ("def f(t):\n    return t.replace(hour=1)", (NOON,), "'.replace' of datetime"),
        ("def f(s):\n    return s * 3", ("a",), "a text is repeated"),
        ("def f(s):\n    return s % 3", ("a",), "a text is filled in by '%'"),
        ("def f(a):\n    return f(a - 1) if a else 0", (1,), "'f' calls itself"),
        ("X = 1\nX = 2\ndef f(a):\n    return a + X", (1,), "'X' is assigned more than once"),
        ("import os\nX = len(os.environ)\ndef f(a):\n    return a + X", (1,), "'X' is computed when its module is imported"),
        ("T = [1]\nT.append(2)\ndef f(a):\n    return a in T", (1,), "'T' may be changed"),
        ("def f(a):\n    r = a ** 0.5\n    return r", (1.0,), "a complex number where the base is negative"),
        ("def f(a):\n    return abs(a ** 0.5)", (1.0,), "a complex number where the base is negative"),
        ("def f(a):\n    return a is 1", (1,), "depends on the interpreter"),
        ("def f(a):\n    return a + 99999999999999999999", (1,), "the constant 99999999999999999999"),
        ("def f(s):\n    return s.encode()", ("a",), "'.encode' is not part of formulas"),
        ("def f(a):\n    return (a := 2)", (1,), "an assignment inside of an expression"),
        ("def f(a):\n    raise KeyError('k')", (1,), "raise KeyError"),
        ("def f(a):\n    return print(a)", (1,), "print is not part of formulas"),
        ("def f(a, b):\n    return a in (b, 1)", (1, 2), "a tuple that is no result"),
        ("def f(a):\n    return f'{a:>{a}}'", (1,), "a format is computed"),
        ("def f(a):\n    return int('7', a)", (8,), "int has other arguments than 1"),
    ],
)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_what_may_differ_stays_python_and_says_why(module: Module, text: str, example: tuple[Any, ...], reason: str) -> None:
    found = module(text)
    with pytest.raises(Untranslatable) as raised:
        formula(found, [example])
    assert reason in raised.value.reason
    assert raised.value.line is None or raised.value.line > 2


def test_the_line_of_a_reason_is_that_of_the_expression(module: Module) -> None:
    found = module("def f(a):\n    b = a + 1\n    return open(b)")
    with pytest.raises(Untranslatable) as raised:
        formula(found, [(1,)])
    assert (raised.value.line, raised.value.file) == (5, found.__file__)


def test_a_power_of_what_is_never_negative_is_a_formula(module: Module) -> None:
    check(module("def f(a):\n    r = abs(a) ** 0.5 + math.sqrt(4) ** a\n    return r"), [(2.0,), (0.0,)])


def test_too_many_paths_are_too_many(module: Module) -> None:
    steps = "".join(f"    if a > {n}:\n        if a > 2 * {n}:\n            return {n}\n" for n in range(40))
    with pytest.raises(Untranslatable, match="more than 20000 nodes"):
        formula(module(f"def f(a):\n{steps}    return a"), [(1,)])
