"""The one door into the ledger: every report, from any form, phone, program or seed, comes in here."""
