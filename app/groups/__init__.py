"""Displaced groups: origin, cause, composition, needs. Never names of persons. A projection of their reports."""
