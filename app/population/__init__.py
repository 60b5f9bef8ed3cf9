"""The fold: who is where, how sure that is, re-derived from the ledger for whatever was marked."""
