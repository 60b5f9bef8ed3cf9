"""What is done from the coordinator's pages."""

from app.dashboard.forms.alerts import AcknowledgeForm
from app.dashboard.forms.asking import AsOfForm
from app.dashboard.forms.deciding import SamePlaceForm, TwoPlacesForm
from app.dashboard.forms.sent import SentForm

__all__ = [
    "AcknowledgeForm",
    "AsOfForm",
    "SamePlaceForm",
    "SentForm",
    "TwoPlacesForm",
]
