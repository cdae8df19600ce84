"""Requests that are almost right: JSON documents with one thing changed, and texts that are no longer JSON, by a seed."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator

# Names and texts that mean something to a language, a file system, a protocol or a database.
TRICKY_TEXTS = (
    "", " ", "\0", "a\0b", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/", "\\", "a\r\nX-Injected: 1",
    "a\nb", "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}", "'; DROP TABLE thing; --", "<script>alert(1)</script>", "__class__", "__proto__", "__stamps", "__init__",
    "thing.__class__",
    "thing.", ".id", "thing..id", "thing.id.id", "Thing.ID", "nobody.id", "null", "NaN", "-Infinity", "1e999", "0x10", "true", "١٢",
    "\u202e\u0000", "\ud83d\ude00", "\ufeff",
    "é" * 300, "x" * 70_000, "2026-13-45T99:99:99Z", "2026-01-01", "10x", "-1s", "1e9d", "9" * 40,
)  # fmt: skip
TRICKY_NUMBERS = (
    0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**30, 10**400, 0.5, -0.0, 1e308, 5e-324,
)  # fmt: skip
DEEP = 3_000


def tricky(generator: random.Random) -> object:
    """A value that hardly any field expects."""
    kind = generator.randrange(7)
    if kind == 0:
        return generator.choice(TRICKY_NUMBERS)
    if kind == 1:
        return generator.choice((None, True, False, [], {}, [[]], [None], {"": None}))
    if kind == 2:
        return [generator.choice(TRICKY_TEXTS) for _ in range(generator.randrange(4))]
    if kind == 3:
        return {generator.choice(TRICKY_TEXTS): generator.choice(TRICKY_NUMBERS) for _ in range(generator.randrange(4))}
    return generator.choice(TRICKY_TEXTS)


def places(document: object) -> Iterator[tuple[object, object]]:
    """Every container in a document with each of its keys or indices."""
    if isinstance(document, dict):
        items = list(document.items())
    elif isinstance(document, list):
        items = list(enumerate(document))
    else:
        return
    for key, value in items:
        yield document, key
        yield from places(value)


def with_one_change(generator: random.Random, document: object) -> object:
    """A copy of a document in which one field is another value, is gone, has another name, stands twice, or is new."""
    changed = copy.deepcopy(document)
    found = list(places(changed))
    if not found:
        return tricky(generator)
    container, key = generator.choice(found)
    how = generator.randrange(10)
    if how == 0:
        del container[key]
    elif how == 1 and isinstance(container, dict):
        container[generator.choice(TRICKY_TEXTS)] = container.pop(key)
    elif how == 2 and isinstance(container, list):
        container.append(copy.deepcopy(container[key]))
    elif how == 3 and isinstance(container, dict):
        container[generator.choice(TRICKY_TEXTS)] = tricky(generator)
    elif how == 4:
        other, place = generator.choice(found)
        container[key] = copy.deepcopy(other[place])
    elif how == 5:
        container[key] = [container[key]]
    else:
        container[key] = tricky(generator)
    return changed


def with_changes(generator: random.Random, document: object) -> object:
    """A copy with some changes, one on top of the other."""
    for _ in range(generator.randrange(2, 6)):
        document = with_one_change(generator, document)
    return document


def no_json(generator: random.Random, document: object) -> bytes:
    """Bytes that were a document's JSON before something happened to them."""
    text = json.dumps(document).encode()
    how = generator.randrange(9)
    place = generator.randrange(max(1, len(text)))
    if how == 0:
        return text[:place]
    if how == 1:
        return text[:place] + bytes([generator.randrange(256)]) + text[place + 1 :]
    if how == 2:
        return text[:place] + generator.randbytes(generator.randrange(1, 20)) + text[place:]
    if how == 3:
        return generator.choice((b"[", b'{"a":')) * DEEP
    if how == 4:
        return b'{"inputs":1,"inputs":2}'
    if how == 5:
        return b"\xff\xfe" + text.decode().encode("utf-16-le")
    if how == 6:
        return text.replace(b'"', b"'")
    if how == 7:
        return text + text
    return generator.randbytes(generator.randrange(200))
