"""Movements that may be told twice: how likely that is and why, which there are, and what was decided of them."""
