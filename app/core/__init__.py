"""Technical ground: database, clock, wake-ups, errors, texts. Knows no noun of the field."""
