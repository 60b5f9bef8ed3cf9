"""Backups: everything the database holds, in one file, and how it is put back. Nobody imports from the package root."""
