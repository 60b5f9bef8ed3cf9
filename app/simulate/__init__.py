"""Lifelike made-up operations, for trials and benchmarks: `mawa simulate`.

The one place that writes the ledger past the services; what it writes is what they would have written.
"""
