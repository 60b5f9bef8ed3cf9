"""Day rows to and from PostgreSQL: what the fold reads and writes, nothing about what it means."""

from app.population.rows.reading import day_row_of, figures_before, figures_between, from_day_on, last_before
from app.population.rows.writing import (
    add_to_areas,
    as_lines,
    point,
    point_nowhere,
    pointed_wrong,
    write,
    write_anew,
)

__all__ = [
    "add_to_areas",
    "as_lines",
    "day_row_of",
    "figures_before",
    "figures_between",
    "from_day_on",
    "last_before",
    "point",
    "point_nowhere",
    "pointed_wrong",
    "write",
    "write_anew",
]
