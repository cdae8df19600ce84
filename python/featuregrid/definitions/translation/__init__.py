"""Turns functions that compute features into formulas, which nodes of the grid compute without Python."""

from featuregrid.definitions.translation.modules import Modules
from featuregrid.definitions.translation.translator import translate
from featuregrid.definitions.translation.untranslatable import Untranslatable

__all__ = ["Modules", "Untranslatable", "translate"]
