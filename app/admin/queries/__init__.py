"""What administrators read of the audit log, and whether the service can be relied on just now."""
