"""Definitions are imported in isolation: from their source as it is, without a trace, whatever was imported before."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from definition_files import IMPORTS, messages, write

from featuregrid.definitions import load

ROOT = Path(__file__).resolve().parents[1]


def sets(loaded: object) -> list[str]:
    return [each["name"] for each in loaded.document["sets"]]  # type: ignore[attr-defined]


def one_set(name: str, extra: str = "") -> str:
    return f"{IMPORTS}{extra}\n@features\nclass {name}:\n    id: Primary[int]\n"


def test_a_file_may_import_its_neighbours_and_their_sets_count(tmp_path: Path) -> None:
    write(tmp_path, "planes.py", one_set("Plane"))
    path = write(tmp_path, "definitions.py", one_set("Flight", "from planes import Plane\n"))
    loaded = load(path)
    assert sorted(sets(loaded)) == ["flight", "plane"]
    assert loaded.document["sources"]["plane.id"] == "planes.py:5"


def test_two_folders_with_neighbours_of_one_name_do_not_mix(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, "shared.py", one_set(name.title()))
        write(tmp_path / name, "definitions.py", "import shared\n")
    assert sets(load(tmp_path / "one" / "definitions.py")) == ["one"]
    assert sets(load(tmp_path / "two" / "definitions.py")) == ["two"]
    assert sets(load(tmp_path / "one" / "definitions.py")) == ["one"]


def test_an_edit_counts_at_once_even_of_the_same_length_and_second(tmp_path: Path) -> None:
    path = write(tmp_path, "definitions.py", "import shared\n")
    neighbour = write(tmp_path, "shared.py", one_set("First"))
    times = os.stat(neighbour)
    assert sets(load(path)) == ["first"]
    neighbour.write_text(one_set("Other"))
    os.utime(neighbour, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert sets(load(path)) == ["other"]


def test_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = ModuleType("shared")
    monkeypatch.setitem(sys.modules, "shared", foreign)
    write(tmp_path, "shared.py", one_set("Shared"))
    path = write(tmp_path, "definitions.py", "import shared\nimport neighbour\n")
    write(tmp_path, "neighbour.py", "")
    before = dict(sys.modules), list(sys.path), list(sys.path_hooks), sys.dont_write_bytecode
    load(path)
    assert (dict(sys.modules), list(sys.path), list(sys.path_hooks), sys.dont_write_bytecode) == before
    assert sys.modules["shared"] is foreign
    assert [entry.name for entry in tmp_path.rglob("*") if entry.name == "__pycache__"] == []


def test_nothing_stays_behind_after_a_failure(tmp_path: Path) -> None:
    path = write(tmp_path, "definitions.py", "import neighbour\nraise ValueError\n")
    write(tmp_path, "neighbour.py", "")
    before = set(sys.modules), list(sys.path)
    assert messages(load(path)) == ["definitions.py:2: ValueError"]
    assert (set(sys.modules), list(sys.path)) == before


def test_neighbours_that_import_each_other_are_one_load(tmp_path: Path) -> None:
    write(tmp_path, "planes.py", one_set("Plane", "import definitions\n"))
    path = write(tmp_path, "definitions.py", one_set("Flight") + "import planes\n")
    assert sorted(sets(load(path))) == ["flight", "plane"]


def package(folder: Path) -> Path:
    """A package whose modules name each other's classes without importing them at run time."""
    write(folder / "shop", "__init__.py", "")
    write(
        folder / "shop",
        "orders.py",
        """
        from __future__ import annotations
        from typing import TYPE_CHECKING
        from featuregrid import Primary, features, has_one
        if TYPE_CHECKING:
            from shop.deep.people import Person

        @features
        class Order:
            id: Primary[int]
            buyer_id: Person.id
            seller_id: "Person.id | None"
            buyer: Person = has_one(lambda: Order.buyer_id == Person.id)
            first: First | None = has_one(lambda: Order.id == First.id)
        """,
    )
    write(folder / "shop" / "deep", "__init__.py", "from ..first import First\n")
    write(folder / "shop" / "deep", "people.py", one_set("Person", "from shop.first import First\n"))
    write(folder / "shop", "first.py", one_set("First"))
    write(folder / "shop", "__main__.py", "raise AssertionError\n")
    write(folder / "shop" / "no_package", "script.py", "raise AssertionError\n")
    return folder / "shop"


def test_a_package_is_imported_with_all_its_modules(tmp_path: Path) -> None:
    loaded = load(package(tmp_path))
    assert messages(loaded) == []
    assert sorted(sets(loaded)) == ["first", "order", "person"]
    assert loaded.document["sources"]["person"] == "deep/people.py:5"
    order = next(each for each in loaded.document["sets"] if each["name"] == "order")
    assert [relation["on"] for relation in order["relations"]] == [{"id": "buyer_id"}, {"id": "id"}]


def test_a_file_inside_a_package_keeps_its_relative_imports(tmp_path: Path) -> None:
    package(tmp_path)
    path = write(tmp_path / "shop", "more.py", one_set("More", "from .first import First\n"))
    assert sorted(sets(load(path))) == ["first", "more"]


def test_each_broken_module_of_a_package_is_told_once(tmp_path: Path) -> None:
    folder = package(tmp_path)
    write(folder, "broken.py", "x = = 1\n")
    write(folder, "user.py", "from . import broken\n")
    write(folder, "worse.py", "\nundefined\n")
    assert messages(load(folder)) == [
        "broken.py:1: SyntaxError: invalid syntax",
        "worse.py:2: NameError: name 'undefined' is not defined",
    ]


def test_a_plain_folder_stands_for_its_definitions(tmp_path: Path) -> None:
    write(tmp_path, "definitions.py", one_set("Thing"))
    write(tmp_path, "script.py", "raise AssertionError\n")
    assert sets(load(tmp_path)) == ["thing"]


def test_a_file_named_like_a_module_of_the_standard_library(tmp_path: Path) -> None:
    path = write(tmp_path, "types.py", one_set("Thing", "import enum\n"))
    assert sets(load(path)) == ["thing"]
    assert hasattr(sys.modules["types"], "FunctionType")


def test_a_file_with_a_name_that_is_no_identifier(tmp_path: Path) -> None:
    assert sets(load(write(tmp_path, "my-sets.v2.py", one_set("Thing")))) == ["thing"]


def test_a_dotted_name_is_imported_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert sorted(sets(load("shop.first"))) == ["first"]
    write(tmp_path / "shop", "first.py", one_set("Changed"))
    assert sorted(sets(load("shop.first"))) == ["changed"]
    assert "shop" not in sys.modules
    assert messages(load("shop.nothing")) == ["'shop.nothing' does not exist (expected a .py file or a package folder)"]


def test_a_module_is_taken_as_it_was_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("shop.deep.people")
    try:
        assert sorted(sets(load(module))) == ["first", "person"]
        assert load(module).document["sources"]["person.id"] == "people.py:6"
        assert sorted(sets(load(importlib.import_module("shop")))) == ["first", "person"]
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
            del sys.modules[name]


def test_classes_are_taken_as_they_are() -> None:
    from featuregrid import Primary, features

    @features
    class Inner:
        id: Primary[int]

    @features
    class Outer:
        inner_id: Inner.id
        inner: Inner

    loaded = load([Inner, Outer])
    assert (messages(loaded), sets(loaded)) == ([], ["inner", "outer"])
    assert sets(load(Inner)) == ["inner"]
    place = loaded.document["sources"]["outer.inner"]
    line = Path(__file__).read_text().splitlines()[int(place.partition(":")[2]) - 1]
    assert (place.partition(":")[0], line.strip()) == ("test_loading.py", "inner: Inner")


def run_tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "error", "-m", "featuregrid.definitions", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_tool_prints_the_document_and_only_that_on_stdout(tmp_path: Path) -> None:
    path = write(tmp_path, "definitions.py", one_set("Thing") + "print('hello')\n")
    done = run_tool(str(path))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == load(path).document
    assert done.stderr == "hello\n"


def test_the_tool_tells_mistakes_on_stderr(tmp_path: Path) -> None:
    done = run_tool(str(write(tmp_path, "definitions.py", "x = = 1\n")))
    assert (done.returncode, done.stderr) == (1, "PARSE_FAILED: definitions.py:1: SyntaxError: invalid syntax\n")
    assert run_tool().returncode == 2
