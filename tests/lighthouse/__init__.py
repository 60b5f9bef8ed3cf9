"""Lighthouse over the pages of the field."""
