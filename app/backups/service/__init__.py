"""Making backups, putting one back, and keeping the newest in a folder."""
