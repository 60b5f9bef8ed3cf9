"""A second opinion: the meaning of ledger.md written down plainly, recomputing everything from the list of reports."""
