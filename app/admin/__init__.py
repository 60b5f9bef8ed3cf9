"""The administrator's side: for now whether the service is alive and ready."""
