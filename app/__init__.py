"""Mawa: who is displaced, where they are, and where there is still room. Import from the features, not from here."""
