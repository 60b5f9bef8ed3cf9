"""The picture of the dashboard that the README shows."""
