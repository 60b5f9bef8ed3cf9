"""Who changed what, when: append-only. Reports are their own record and are not repeated here."""
