"""What travels beside definitions: the sources of functions that stay Python, and jars."""

from __future__ import annotations

import hashlib
import io
import os
import textwrap
import zipfile
from pathlib import Path

import pytest
from definition_files import messages, write
from fake_node import Script

import featuregrid
from featuregrid.definitions import Loaded, load

TEXT = """
    from featuregrid import Primary, features, online
    from helpers import scaled

    RATE = 3

    @features
    class Thing:
        id: Primary[int]
        x: int | None
        y: int | None

    @online
    def x(id: Thing.id) -> Thing.x:
        return sum([scaled(id), RATE])
"""
HELPERS = "FACTOR = 2\ndef scaled(value):\n    return value * FACTOR\ndef other(value):\n    return value\n"


def loaded(folder: Path, text: str = TEXT, helpers: str = HELPERS) -> Loaded:
    write(folder, "helpers.py", helpers)
    write(folder, "unused.py", "")
    found = load(write(folder, "definitions.py", text))
    assert messages(found) == []
    return found


def code(found: Loaded) -> str:
    return str(found.document["resolvers"][0]["function"]["code"])


def names(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_the_artifact_of_a_file_has_it_and_the_modules_beside_it_that_it_imports(tmp_path: Path) -> None:
    ((digest, content),) = loaded(tmp_path).artifacts.items()
    assert hashlib.sha256(content).hexdigest() == digest
    assert names(content) == ["definitions.py", "helpers.py"]


def test_the_artifact_is_the_same_whenever_the_files_are(tmp_path: Path) -> None:
    first = loaded(tmp_path / "a")
    second = loaded(tmp_path / "b")
    os.utime(tmp_path / "b" / "helpers.py", (1, 1))
    assert first.artifacts == second.artifacts == loaded(tmp_path / "b").artifacts


def test_the_artifact_of_a_package_has_all_of_its_files(tmp_path: Path) -> None:
    write(tmp_path, "pack/__init__.py", "")
    write(tmp_path, "pack/helpers.py", HELPERS)
    write(tmp_path, "pack/inner/__init__.py", "")
    write(tmp_path, "pack/definitions.py", TEXT.replace("from helpers", "from .helpers"))
    found = load(tmp_path / "pack")
    assert messages(found) == []
    (content,) = found.artifacts.values()
    assert names(content) == ["pack/__init__.py", "pack/definitions.py", "pack/helpers.py", "pack/inner/__init__.py"]
    assert found.document["resolvers"][0]["function"]["module"] == "pack.definitions"


def test_a_formula_needs_no_artifact(tmp_path: Path) -> None:
    assert loaded(tmp_path, TEXT.replace("sum([scaled(id), RATE])", "scaled(id)")).artifacts == {}


@pytest.mark.parametrize(
    ("text", "helpers"),
    [
        (TEXT.replace("RATE = 3", "# a comment\n    RATE = 3"), HELPERS),
        (TEXT.replace("return sum", '"""A docstring."""\n        return sum'), HELPERS),
        (TEXT.replace("y: int", "z: int"), HELPERS),
        (TEXT, HELPERS.replace("return value\n", "return value + 1\n")),
    ],
)
def test_the_code_is_the_same_when_nothing_changes_that_the_function_does(tmp_path: Path, text: str, helpers: str) -> None:
    assert code(loaded(tmp_path / "a")) == code(loaded(tmp_path / "b", text, helpers))


@pytest.mark.parametrize(
    ("text", "helpers"),
    [
        (TEXT.replace("RATE = 3", "RATE = 4"), HELPERS),
        (TEXT.replace("sum([", "sum([1, "), HELPERS),
        (TEXT.replace("@online", '@online(requirements=["a"])'), HELPERS),
        (TEXT.replace("@online", '@online(frame="numpy")'), HELPERS),
        (TEXT, HELPERS.replace("FACTOR = 2", "FACTOR = 3")),
        (TEXT, HELPERS.replace("value * FACTOR", "FACTOR * value")),
    ],
)
def test_the_code_is_another_when_the_function_or_what_it_names_is(tmp_path: Path, text: str, helpers: str) -> None:
    assert code(loaded(tmp_path / "a")) != code(loaded(tmp_path / "b", text, helpers))


def test_artifacts_are_sent_before_the_apply_that_names_them(tmp_path: Path, fake_grid: featuregrid.Grid, script: Script) -> None:
    write(tmp_path, "helpers.py", HELPERS)
    (tmp_path / "functions.jar").write_bytes(b"PK\3\4jar")
    jar = '    import featuregrid as fg\n    fg.jar("functions.jar")\n'
    path = write(tmp_path, "definitions.py", jar + TEXT)
    sent: list[int] = []

    def answer(document: object, plan: bool) -> tuple[int, dict[str, object]]:
        sent.append(len(script.artifacts))
        return 200, {"version": 4, "added": [], "changed": [], "removed": []}

    script.apply = answer
    fake_grid.apply(path)
    assert sent == [2]
    document, _ = script.applied[0]
    digests = {hashlib.sha256(content).hexdigest() for content in script.artifacts}
    assert document["jars"] == [{"artifact": hashlib.sha256(b"PK\3\4jar").hexdigest(), "source": "definitions.py:2"}]
    assert {document["jars"][0]["artifact"], document["resolvers"][0]["function"]["artifact"]} == digests


def test_a_jar_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "text.jar").write_text("no")
    text = textwrap.dedent('import featuregrid as fg\nfg.jar("absent.jar")\nfg.jar("text.jar")\n')
    told = messages(load(write(tmp_path, "definitions.py", text)))
    assert told[0].startswith("definitions.py:2: jar 'absent.jar' cannot be read: No such file")
    assert told[1].startswith("definitions.py:3: jar 'text.jar' is no jar")
