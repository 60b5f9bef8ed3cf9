"""Short doorways from Celery into the features, by task name."""
