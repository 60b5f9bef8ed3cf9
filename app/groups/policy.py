"""What can be said of a group. Pure."""

FIELDS = (
    "label",
    "origin",
    "displaced_on",
    "households",
    "cause",
    "people",
    "needs",
    "priority_needs",
    "intention",
)
