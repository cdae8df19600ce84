"""Turns functions and expressions of features into the resolvers of the document, noting mistakes on the way."""

from __future__ import annotations

import datetime
import hashlib
import inspect
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from featuregrid.definitions.annotation import AnnotationProblem, Scope, evaluated, text_of
from featuregrid.definitions.artifact import artifact_of, module_name
from featuregrid.definitions.declaration import (
    DataFrame,
    FunctionDeclaration,
    SetDeclaration,
    declaration_of,
)
from featuregrid.definitions.digest import code_digest
from featuregrid.definitions.mistakes import Mistakes, label_of
from featuregrid.definitions.parameter import Features, NowMark
from featuregrid.definitions.path import Paths
from featuregrid.definitions.reference import DECLARATION, OptionalReference, Reference, owner_of, path_of
from featuregrid.definitions.translation import Modules, Untranslatable, translate
from featuregrid.definitions.translation.modules import is_own
from featuregrid.definitions.translation.tree import DATETIME, NONE, Kinds

FRAMES = ("scalar", "numpy", "pandas")
_UNITS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
_DURATION = re.compile(r"(?:\d+(?:us|ms|s|m|h|d|w))+")
_PART = re.compile(r"(\d+)(us|ms|s|m|h|d|w)")
_VARIABLE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_SUSPENDED = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


class FunctionProblem(Exception):
    """Something wrong with a function; the message says what and what was expected."""


@dataclass(frozen=True)
class Input:
    """A parameter: the feature that it is, or the query's instant where there is none."""

    feature: Reference | None
    optional: bool = False

    def json(self) -> dict[str, Any]:
        """As the document has it."""
        return {"now": True} if self.feature is None else {"feature": str(self.feature), "optional": self.optional}


@dataclass
class Signature:
    """What a function takes and gives; ``problems`` are all that is wrong with its annotations."""

    inputs: list[Input] = field(default_factory=list)
    outputs: list[Reference] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Resolvers:
    """The functions of one load while they are turned into JSON.

    ``artifacts`` grows by the sources of each function that stays Python, by their digest; ``functions`` are all of them by name.
    """

    def __init__(self, sets: Sequence[SetDeclaration], paths: Paths, modules: Modules, mistakes: Mistakes) -> None:
        self.written: list[dict[str, Any]] = []
        self.sources: dict[str, str] = {}
        self.artifacts: dict[str, bytes] = {}
        self.functions: dict[str, Any] = {}
        self._sets = sets
        self._paths = paths
        self._modules = modules
        self._mistakes = mistakes
        self._first: dict[str, FunctionDeclaration] = {}

    def add(self, declaration: FunctionDeclaration) -> None:
        """Writes one function, or notes all that is wrong with it."""
        name = declaration.name
        first = self._first.setdefault(name, declaration)
        if first is not declaration:
            before = self._mistakes.place(first.file, first.line)
            self._note(declaration, f"function {name!r} is defined twice (first at {before}; name one with @online(name=...))")
            return
        self.sources[f"resolver:{name}"] = self._mistakes.place(declaration.file, declaration.line) or ""
        function = declaration.declared
        if not isinstance(function, types.FunctionType):
            self._note(declaration, f"@online stands on {function!r} (expected a function)")
            return
        signature = signature_of(function, Scope(declaration.names, self._sets))
        options, wrong = _options(declaration)
        for problem in (*signature.problems, *wrong):
            self._note(declaration, f"function {name!r}: {problem}")
        if signature.problems or wrong:
            return
        try:
            body = self._body(declaration, function, signature)
        except FunctionProblem as problem:
            self._note(declaration, f"function {name!r}: {problem}")
            return
        self.functions[name] = function
        self.written.append(
            {
                "name": name,
                "set": str(signature.outputs[0]).partition(".")[0],
                "inputs": [each.json() for each in signature.inputs],
                "outputs": [path_of(output)[0] for output in signature.outputs],
                **body,
                **options,
            }
        )

    def _note(self, declaration: FunctionDeclaration, text: str) -> None:
        self._mistakes.add(text, file=declaration.file, line=declaration.line, resolver=declaration.name)

    def _body(self, declaration: FunctionDeclaration, function: types.FunctionType, signature: Signature) -> dict[str, Any]:
        try:
            kinds = self._kinds(declaration, signature)
            if hasattr(function, "__wrapped__") or function.__code__.co_name != function.__name__:
                raise Untranslatable("it has another decorator")
            return {"expression": translate(function, kinds, self._modules, len(signature.outputs))}
        except Untranslatable as problem:
            label = label_of(problem.file or declaration.file, self._mistakes.root)
            reason = f"{label}:{problem.line or declaration.line}: {problem.reason}"
        return {"function": self._kept(declaration, function, reason)}

    def _kinds(self, declaration: FunctionDeclaration, signature: Signature) -> list[Kinds]:
        """The kinds of each input. Raises Untranslatable if they, or those of an output, are not of formulas."""
        frame = declaration.options.get("frame")
        if frame not in (None, "scalar"):
            raise Untranslatable(f"frame={frame!r}")
        if frame == "scalar":
            raise Untranslatable("frame='scalar'")
        for output in signature.outputs:
            self._paths.kinds(str(output))
        kinds = []
        for each in signature.inputs:
            found = DATETIME if each.feature is None else self._paths.kinds(str(each.feature))
            kinds.append(found | NONE if each.optional else found)
        return kinds

    def _kept(self, declaration: FunctionDeclaration, function: types.FunctionType, reason: str) -> dict[str, Any]:
        """A function that a worker runs. Raises FunctionProblem if no worker could import it."""
        path = inspect.unwrap(function).__code__.co_filename
        because = f"it is no formula ({reason})"
        if not is_own(path) and not Path(path).is_file():
            raise FunctionProblem(f"{because}, so a worker must import it, and it stands in no file (put it in a .py file)")
        if "<locals>" in function.__qualname__ or "." in function.__qualname__:
            around = function.__qualname__.rpartition(".")[0]
            raise FunctionProblem(
                f"{because}, so a worker must import it by name, and it stands inside of {around!r} "
                "(put it at the top of its module)"
            )
        module = self._modules.module(function.__module__)
        if module is None or getattr(module, "__file__", None) is None:
            raise FunctionProblem(f"{because}, so a worker must import it, and its module stands in no file (put it in a .py file)")
        held = vars(module).get(function.__name__)
        if not callable(held) or (isinstance(held, types.FunctionType) and vars(held).get(DECLARATION) is not declaration):
            raise FunctionProblem(f"{because}, so a worker must import it by name, which the module gives to another thing later")
        requirements = [str(each) for each in declaration.options.get("requirements") or ()]
        frame = declaration.options.get("frame") or "scalar"
        content = artifact_of(module, self._modules)
        artifact = hashlib.sha256(content).hexdigest()
        self.artifacts[artifact] = content
        return {
            "artifact": artifact,
            "module": module_name(module),
            "name": function.__name__,
            "frame": frame,
            "requirements": requirements,
            "code": code_digest(inspect.unwrap(function), self._modules, requirements, frame),
            "reason": reason,
        }


def signature_of(function: types.FunctionType, scope: Scope) -> Signature:
    """What a function's annotations say."""
    signature = Signature()
    written = inspect.unwrap(function)
    flags = written.__code__.co_flags
    if flags & _SUSPENDED:
        signature.problems.append("it is async or a generator (expected a function that returns its result)")
    for parameter in inspect.signature(written).parameters.values():
        _read_parameter(parameter, scope, signature)
    returned = written.__annotations__.get("return", inspect.Signature.empty)
    if returned is inspect.Signature.empty:
        signature.problems.append("it does not say what it computes (annotate it with a feature: -> Flight.speed)")
    else:
        _read_outputs(returned, scope, signature)
    return signature


def _read_parameter(parameter: inspect.Parameter, scope: Scope, signature: Signature) -> None:
    name = parameter.name
    try:
        if parameter.kind not in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD):
            stars = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else "*, "
            stars = "**" if parameter.kind is inspect.Parameter.VAR_KEYWORD else stars
            raise FunctionProblem(f"the parameter '{stars}{name}' is none by position (expected one parameter a feature)")
        if parameter.annotation is inspect.Parameter.empty:
            raise FunctionProblem(f"the parameter {name!r} has no annotation (expected a feature: {name}: Flight.distance)")
        read = _read_input(parameter.annotation, name, scope)
        if parameter.default is not inspect.Parameter.empty and not (parameter.default is None and read.optional):
            raise FunctionProblem(
                f"the parameter {name!r} has the default {parameter.default!r:.60}, which nothing would use (declare the feature's "
                "own: feature(default=...), or annotate it '| None')"
            )
        signature.inputs.append(read)
    except (FunctionProblem, AnnotationProblem) as problem:
        signature.problems.append(str(problem))


def _read_input(annotation: Any, name: str, scope: Scope) -> Input:
    found = evaluated(annotation, scope)
    optional = False
    if isinstance(found, types.UnionType) or typing.get_origin(found) is typing.Union:
        members = [evaluated(member, scope) for member in typing.get_args(found)]
        others = [member for member in members if member not in (types.NoneType, None)]
        found, optional = others[0] if len(others) == 1 else found, len(others) < len(members)
    if isinstance(found, OptionalReference):
        return Input(found.reference, True)
    if isinstance(found, Reference):
        return Input(found, optional)
    if typing.get_origin(found) is Annotated and any(isinstance(mark, NowMark) for mark in typing.get_args(found)[1:]):
        return Input(None)
    if isinstance(found, DataFrame):
        raise FunctionProblem(f"the parameter {name!r} is many rows, which is not supported by this version (expected a feature)")
    raise FunctionProblem(
        f"the parameter {name!r} is annotated {text_of(found)!r} (expected a feature, as Flight.distance, or Now)"
    )


def _read_outputs(annotation: Any, scope: Scope, signature: Signature) -> None:
    try:
        found = evaluated(annotation, scope)
        listed: Sequence[Any] = [found]
        if isinstance(found, Features):
            listed = found.listed
        elif typing.get_origin(found) is tuple:
            listed = typing.get_args(found)
        outputs = [_read_output(each, scope) for each in listed]
    except (FunctionProblem, AnnotationProblem) as problem:
        signature.problems.append(str(problem))
        return
    owners = list(dict.fromkeys(owner_of(output) for output in outputs))
    if len(owners) > 1:
        names = " and ".join(owner.__name__ for owner in owners)
        signature.problems.append(f"it computes features of {names} (expected those of one set; write two functions)")
    if len({str(output) for output in outputs}) < len(outputs):
        signature.problems.append("it computes a feature twice (expected each once)")
    signature.outputs = outputs


def _read_output(annotation: Any, scope: Scope) -> Reference:
    found = evaluated(annotation, scope)
    reference = found.reference if isinstance(found, OptionalReference) else found
    if not isinstance(reference, Reference) or declaration_of(owner_of(reference)) is None:
        raise FunctionProblem(f"it computes {text_of(found)!r} (expected a feature, as -> Flight.speed)")
    if len(path_of(reference)) != 1:
        raise FunctionProblem(f"it computes {reference!r}, a feature of another set (expected one of the set itself)")
    return reference


def _options(declaration: FunctionDeclaration) -> tuple[dict[str, Any], list[str]]:
    """The options as the document has them, and what is wrong with them."""
    given: Mapping[str, Any] = declaration.options
    wrong: list[str] = []
    timeout = None
    try:
        timeout = None if given["timeout"] is None else duration_us(given["timeout"])
    except ValueError as problem:
        wrong.append(f"timeout is {given['timeout']!r} ({problem})")
    if given["frame"] is not None and given["frame"] not in FRAMES:
        wrong.append(f"frame is {given['frame']!r} (expected one of {', '.join(FRAMES)})")
    requirements = given["requirements"]
    if isinstance(requirements, str):
        wrong.append(f"requirements is {requirements!r} (expected a list, as ['package==1.0'])")
    tags = [given["tags"]] if isinstance(given["tags"], str) else [str(tag) for tag in given["tags"] or ()]
    return {
        "tags": tags,
        "timeout_us": timeout,
        "store_offline": bool(given["store_offline"]),
        "owner": given["owner"],
        "description": inspect.getdoc(declaration.declared),
    }, wrong


def duration_us(given: Any) -> int:
    """A duration above zero in microseconds. Raises ValueError for what is none."""
    if isinstance(given, datetime.timedelta):
        micros = given // datetime.timedelta(microseconds=1)
    elif isinstance(given, str) and _DURATION.fullmatch(given):
        micros = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(given))
    else:
        micros = 0
    if not 0 < micros < 2**63:
        raise ValueError("expected a duration such as '500ms' or '2s', or a timedelta")
    return micros
