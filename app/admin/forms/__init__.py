"""What administrators ask and say."""

from app.admin.forms.audit import ACTIONS, ChangesForm
from app.admin.forms.operation import AboutForm, CloseForm, CountingForm, NumbersForm
from app.admin.forms.rules import LimitsForm, RulesForm
from app.admin.forms.setup import SetUpForm

__all__ = [
    "ACTIONS",
    "AboutForm",
    "ChangesForm",
    "CloseForm",
    "CountingForm",
    "LimitsForm",
    "NumbersForm",
    "RulesForm",
    "SetUpForm",
]
