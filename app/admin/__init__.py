"""The administrator's side: what was changed by whom, and whether the service is alive and ready."""
