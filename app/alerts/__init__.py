"""Alerts: rules over figures, the life of an alert, who is told, and the mails that tell them."""
