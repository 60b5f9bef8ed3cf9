"""Shelters: what is known of them now and as of any moment, a projection of their reports; capacity and standards."""
