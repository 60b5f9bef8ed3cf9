"""Mail waiting to leave: rows written with the change they tell of, sent once, kept as evidence."""
