"""FeatureGrid for notebooks, scripts and services: definitions, writes, online queries and point-in-time training sets.

Definitions are written with `features`, `feature`, `Primary`, `FeatureTime`, `has_one` and their like, types with Python's own
words and `Decimal` and `Vector`, what is computed with `online` functions and expressions of `_`; `connect` reaches a node, and
the `Grid` that it returns applies definitions, writes observations, asks for features as they are now and builds training sets of
what they were then. Errors are `FeatureGridError`.
"""

from featuregrid.client import ApplyResult, Grid, connect
from featuregrid.definitions.declaration import (
    DataFrame,
    FeatureTime,
    NamedQuery,
    Primary,
    feature,
    features,
    has_many,
    has_one,
    jar,
    online,
)
from featuregrid.definitions.expression import _
from featuregrid.definitions.parameter import Features, Now
from featuregrid.definitions.value_type import Decimal, Vector
from featuregrid.entity import EntityView
from featuregrid.errors import FeatureGridError
from featuregrid.query import QueryReply

__all__ = [
    "ApplyResult",
    "DataFrame",
    "Decimal",
    "EntityView",
    "FeatureGridError",
    "FeatureTime",
    "Features",
    "Grid",
    "NamedQuery",
    "Now",
    "Primary",
    "QueryReply",
    "Vector",
    "_",
    "connect",
    "feature",
    "features",
    "has_many",
    "has_one",
    "jar",
    "online",
]
