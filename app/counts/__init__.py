"""Counting people: the scheme of sex and age, and the value object People. Pure: no database, no other part of the app."""
