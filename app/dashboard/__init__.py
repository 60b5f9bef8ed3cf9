"""The coordinator's pages: how many, where there is room, what needs attention."""
