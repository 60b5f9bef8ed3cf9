"""Figures by shelter, by area, by day, for the operation: of now, of another moment, or as they were known on a day.

Without a past, a figure is that of now. With one it is what is stored by the day asked, put right by what `past` found
different.
"""

from app.population.queries.areas import area_figures, operation_figure, top_codes
from app.population.queries.days import area_days, on_the_way, shelter_days
from app.population.queries.kinds import of_kind
from app.population.queries.shelters import (
    Described,
    figures_of,
    last_report_at,
    place_at,
    shelter_at,
    shelter_figure,
    shelter_figures,
    shelters_described,
)

__all__ = [
    "Described",
    "area_days",
    "area_figures",
    "figures_of",
    "last_report_at",
    "of_kind",
    "on_the_way",
    "operation_figure",
    "place_at",
    "shelter_at",
    "shelter_days",
    "shelter_figure",
    "shelter_figures",
    "shelters_described",
    "top_codes",
]
