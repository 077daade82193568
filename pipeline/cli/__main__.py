"""`python -m pipeline.cli ...`, the same as `hotline ...`."""

from pipeline.cli import main

main()
