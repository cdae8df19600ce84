"""What parameters and results of functions may be annotated with, beside features."""

from __future__ import annotations

import datetime
from typing import Annotated, Any


class NowMark:
    """Marks an annotation as the instant of the query."""

    def __repr__(self) -> str:
        return "Now"


Now = Annotated[datetime.datetime, NowMark()]
"""The annotation of a parameter that gets the instant for which values are asked, as an aware datetime in UTC."""


class Features:
    """``-> Features[Flight.a, Flight.b]``: a function's several results, the same as ``tuple[Flight.a, Flight.b]``."""

    def __init__(self, listed: tuple[Any, ...]) -> None:
        self.listed = listed

    def __class_getitem__(cls, listed: Any) -> Features:
        return cls(listed if isinstance(listed, tuple) else (listed,))
