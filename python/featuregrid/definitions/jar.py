"""Reads the jars that definitions name."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from featuregrid.definitions.declaration import Jar
from featuregrid.definitions.mistakes import Mistakes


class Jars:
    """The jars of one load: ``written`` as the document has them, ``artifacts`` their contents by digest."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.written: list[dict[str, Any]] = []
        self.artifacts: dict[str, bytes] = {}
        self._mistakes = mistakes

    def add(self, jar: Jar) -> None:
        """Reads one jar; the same content named twice is one. A file that cannot be read is a mistake."""
        path = Path(jar.file).parent / jar.path
        try:
            content = path.read_bytes()
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._mistakes.add(f"jar {jar.path!r} cannot be read: {why} (looked for {path.name} in the folder of this file)",
                               file=jar.file, line=jar.line)  # fmt: skip
            return
        if not content.startswith(b"PK"):
            self._mistakes.add(
                f"jar {jar.path!r} is no jar (expected a file that jar or a build made)", file=jar.file, line=jar.line
            )
            return
        artifact = hashlib.sha256(content).hexdigest()
        if artifact not in self.artifacts:
            self.artifacts[artifact] = content
            self.written.append({"artifact": artifact, "source": self._mistakes.place(jar.file, jar.line) or ""})
