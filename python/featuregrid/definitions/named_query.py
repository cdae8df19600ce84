"""Turns named queries into the JSON of the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from featuregrid.definitions.declaration import NamedQuery
from featuregrid.definitions.mistakes import Mistakes
from featuregrid.errors import FeatureGridError
from featuregrid.times import duration_text


class Queries:
    """The named queries of one load while they are turned into JSON."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.written: list[dict[str, Any]] = []
        self.sources: dict[str, str] = {}
        self._mistakes = mistakes
        self._first: dict[str, NamedQuery] = {}

    def add(self, query: NamedQuery) -> None:
        """Writes one query, or notes what is wrong with it. Whether its features exist is for the node to say."""
        if self._first.setdefault(str(query), query) is not query:
            first = self._first[str(query)]
            before = self._mistakes.place(first.file, first.line)
            self._note(query, f"query {str(query)!r} is defined twice (first at {before}; give one another version)")
            return
        self.sources[f"query:{query}"] = self._mistakes.place(query.file, query.line) or ""
        wrong = []
        if not isinstance(query.name, str) or not query.name or "@" in query.name:
            wrong.append(f"name is {query.name!r} (expected a text without '@')")
        if type(query.version) is not int or query.version < 1:
            wrong.append(f"version is {query.version!r} (expected an int from 1)")
        outputs = [] if isinstance(query.outputs, str) else [str(output) for output in query.outputs]
        if not outputs:
            wrong.append(f"outputs is {query.outputs!r} (expected a list of features)")
        staleness: dict[str, str] = {}
        if not isinstance(query.staleness, Mapping):
            wrong.append(f"staleness is {query.staleness!r} (expected {{feature: duration}})")
        else:
            for feature, span in query.staleness.items():
                try:
                    staleness[str(feature)] = duration_text(span, f"staleness[{str(feature)!r}]")
                except FeatureGridError as error:
                    wrong.append(error.message)
        for problem in wrong:
            self._note(query, f"query {str(query)!r}: {problem}")
        if not wrong:
            self.written.append(
                {
                    "name": query.name,
                    "version": query.version,
                    "outputs": outputs,
                    "tags": [query.tags] if isinstance(query.tags, str) else [str(tag) for tag in query.tags],
                    "staleness": staleness,
                    "owner": query.owner,
                    "description": query.description,
                }
            )

    def _note(self, query: NamedQuery, text: str) -> None:
        self._mistakes.add(text, file=query.file, line=query.line)
