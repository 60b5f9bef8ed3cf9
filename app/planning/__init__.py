"""Planning: where there is still room for these people."""
