"""Sixty pairs of reports, written by hand before there was anything to judge them; and what judges them now."""
