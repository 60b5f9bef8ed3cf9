"""The ledger: reports as they were said, written once, never changed; and marks, what changed since the fold looked."""
