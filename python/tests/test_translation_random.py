"""Random functions and their formulas: what CPython computes and what the formula does are the same, values and errors."""

from __future__ import annotations

import importlib.util
import random
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from featuregrid.definitions.translation import Modules, Untranslatable, translate
from featuregrid.definitions.translation.evaluation import evaluate

sys.path.append(str(Path(__file__).resolve().parents[2] / "planner" / "check"))

from random_functions import RandomFunctions
from random_inputs import row
from random_prelude import INPUTS, PRELUDE

FUNCTIONS, ROWS = 60, 15


def outcome(function: Any, *arguments: Any, **options: Any) -> tuple[Any, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = function(*arguments, **options)
        return "value", type(value).__name__, repr(value)
    except Exception as error:
        return "error", type(error).__name__


@pytest.mark.parametrize("seed", range(3))
def test_formulas_of_random_functions_are_the_functions(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    source = random.Random(seed)
    generator = RandomFunctions(source)
    functions = [generator.function() for _ in range(FUNCTIONS)]
    text = "import datetime\nimport math\n\n" + PRELUDE
    for number, function in enumerate(functions):
        text += "\n\n" + function.text.replace("{name}", f"f{number}").replace("{returns}", "None")
        for place in range(len(function.parameters)):
            text = text.replace(f"{{p{place}}}", "None")
    path = tmp_path / "functions.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("functions", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    modules = Modules({"functions": module})
    translated = values = 0
    for number, function in enumerate(functions):
        plain = getattr(module, f"f{number}")
        pairs = list(zip(function.parameters, function.optional, strict=True))
        kinds = [frozenset({INPUTS[name][0], *(["none"] if optional else [])}) for name, optional in pairs]
        try:
            formula = translate(plain, kinds, modules)
        except Untranslatable:
            continue
        translated += 1
        for _ in range(ROWS):
            inputs = row(source)
            arguments = [inputs[name] for name in function.parameters]
            if any(value is None and not optional for value, (_, optional) in zip(arguments, pairs, strict=True)):
                continue
            expected = outcome(plain, *arguments)
            values += expected[0] == "value"
            assert outcome(evaluate, formula, arguments, unbounded=True) == expected, (function.text, arguments)
    assert translated >= 0.8 * FUNCTIONS
    assert values >= FUNCTIONS
