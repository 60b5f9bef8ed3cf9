"""Taking an alert on."""

from app.core.forms import SecureForm, TypedField


class AcknowledgeForm(SecureForm):
    """A comment is welcome and not asked for."""

    comment = TypedField()
