"""What is done from the coordinator's pages."""

from app.dashboard.forms.alerts import AcknowledgeForm
from app.dashboard.forms.asking import AsOfForm
from app.dashboard.forms.deciding import DecisionForm, DoubleForm, SamePlaceForm, TwoPlacesForm
from app.dashboard.forms.figure import FigureForm
from app.dashboard.forms.holding import HoldForm, SetForm, theirs_in
from app.dashboard.forms.placing import PlacementForm
from app.dashboard.forms.sent import SentForm
from app.dashboard.forms.subscribing import SubscriptionForm
from app.dashboard.forms.tables import GROUP_SORTS, GroupTableForm, ShelterTableForm, TableForm

__all__ = [
    "GROUP_SORTS",
    "AcknowledgeForm",
    "AsOfForm",
    "DecisionForm",
    "DoubleForm",
    "FigureForm",
    "GroupTableForm",
    "HoldForm",
    "PlacementForm",
    "SamePlaceForm",
    "SentForm",
    "SetForm",
    "ShelterTableForm",
    "SubscriptionForm",
    "TableForm",
    "TwoPlacesForm",
    "theirs_in",
]
