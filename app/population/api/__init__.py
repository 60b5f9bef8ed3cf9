"""`/api/v1/population` and what else is folded: flows, groups, histories, published figures, why a figure is so."""

from app.population.api import figures, groups, moves, why
from app.population.api.blueprint import api

__all__ = ["api", "figures", "groups", "moves", "why"]
