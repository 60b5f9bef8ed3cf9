"""Counting people: the scheme of sex and age, and the value object People. Pure: imports nothing of the app."""
