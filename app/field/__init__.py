"""The field worker's pages, made for a phone at a gate: who came, how many, where they are now."""
