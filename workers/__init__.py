"""Background work: Celery wakes, PostgreSQL decides."""
