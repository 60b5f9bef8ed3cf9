"""Faults planted in the fold, one at a time: the tests must notice every one (`make mutants`)."""
