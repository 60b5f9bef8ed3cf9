"""Reports as they are sent (interface.md), and what the door answers for each.

Shapes only check form: what a place or group refers to, and what the scheme of the operation allows, is
asked by the service. In `shelter`, `shelter_state` and `group` an absent field is unchanged and null is now unknown.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from app.intake.schemas.amending import CorrectionReport, DecisionReport, FigureReport, NoteReport, SamePlaceReport
from app.intake.schemas.answers import Fault, Result, Status, Warned
from app.intake.schemas.parts import CODE, MOST_PEOPLE, Need, PeopleShape, PlaceShape, PriorityNeed
from app.intake.schemas.reports import (
    GroupReport,
    HeadcountReport,
    MovementReport,
    ReportShape,
    ShelterFields,
    ShelterReport,
    ShelterStateReport,
)

Plain = ShelterReport | ShelterStateReport | GroupReport | MovementReport | HeadcountReport | FigureReport | NoteReport
Amending = DecisionReport | SamePlaceReport | CorrectionReport
AMENDING = (DecisionReport, SamePlaceReport, CorrectionReport)
AnyReport = Annotated[Plain | Amending, Field(discriminator="kind")]
READER: TypeAdapter[Plain | Amending] = TypeAdapter(AnyReport)

__all__ = [
    "AMENDING",
    "CODE",
    "MOST_PEOPLE",
    "READER",
    "Amending",
    "AnyReport",
    "CorrectionReport",
    "DecisionReport",
    "Fault",
    "FigureReport",
    "GroupReport",
    "HeadcountReport",
    "MovementReport",
    "Need",
    "NoteReport",
    "PeopleShape",
    "PlaceShape",
    "Plain",
    "PriorityNeed",
    "ReportShape",
    "Result",
    "SamePlaceReport",
    "ShelterFields",
    "ShelterReport",
    "ShelterStateReport",
    "Status",
    "Warned",
]
