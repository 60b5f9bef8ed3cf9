"""The demonstration: which operation it is, and its accounts."""

OPERATION = "syria-coast-2025"
PASSWORD = "mawa-demo-2025"  # noqa: S105  # of the demonstration only, and shown at every start of it
ROLES = ("field_worker", "coordinator", "administrator", "partner")
