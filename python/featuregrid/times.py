"""Times and durations as the text that nodes read."""

from __future__ import annotations

import datetime

from featuregrid.errors import FeatureGridError


def time_text(given: str | datetime.datetime, what: str) -> str:
    """A time as ISO-8601 in UTC with Z; one without a zone is UTC. Text stays as it is: it may name a column, too.

    Raises FeatureGridError INVALID_QUERY for anything else, with ``what`` it was given as.
    """
    if isinstance(given, str):
        return given
    if not isinstance(given, datetime.datetime):
        raise FeatureGridError("INVALID_QUERY", f"{what} is {given!r} (expected a text or a datetime)")
    if given.tzinfo is not None:
        given = given.astimezone(datetime.UTC).replace(tzinfo=None)
    return given.isoformat() + "Z"


def duration_text(given: str | datetime.timedelta, what: str) -> str:
    """A duration such as ``1h30m``; a timedelta to the microsecond. Raises FeatureGridError INVALID_QUERY for anything else."""
    if isinstance(given, str):
        return given
    if isinstance(given, datetime.timedelta):
        return f"{given // datetime.timedelta(microseconds=1)}us"
    raise FeatureGridError("INVALID_QUERY", f"{what} is {given!r} (expected a duration such as '90s' or '1h30m', or a timedelta)")
