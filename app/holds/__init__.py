"""What a person or a device reported, held for review or set aside as one set. A hold is said in the ledger itself, by
corrections, so figures, the past and alerts follow without knowing of it."""
