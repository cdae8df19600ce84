"""FeatureGrid for notebooks and scripts: definitions, ingestion and point-in-time training sets.

Definitions are written with `features`, `feature`, `Primary`, `FeatureTime`, `has_one` and their like, types with Python's own
words and `Decimal` and `Vector`; `connect` reaches a node, and the `Grid` that it returns applies definitions, ingests
observations and builds training sets. Errors are `FeatureGridError`.
"""

from featuregrid.client import ApplyResult, Grid, connect
from featuregrid.definitions.declaration import (
    DataFrame,
    FeatureTime,
    Primary,
    _,
    feature,
    features,
    has_many,
    has_one,
    online,
)
from featuregrid.definitions.value_type import Decimal, Vector
from featuregrid.errors import FeatureGridError

__all__ = [
    "ApplyResult",
    "DataFrame",
    "Decimal",
    "FeatureGridError",
    "FeatureTime",
    "Grid",
    "Primary",
    "Vector",
    "_",
    "connect",
    "feature",
    "features",
    "has_many",
    "has_one",
    "online",
]
