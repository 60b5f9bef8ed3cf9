"""`python -m app.cli` is `mawa`."""

from app.cli import main

main()
