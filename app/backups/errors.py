"""What a backup can fail by."""


class BackupError(Exception):
    """No backup was made, or none was put back. Says to an operator what is wrong and how to mend it."""
