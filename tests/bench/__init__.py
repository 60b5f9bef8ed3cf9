"""Measures Mawa as `mawa up` runs it: `make bench`. Goals and what is compared with what: quality.md, "Speed"."""
