"""`python -m benchbox` is the command line."""

from benchbox.cli import main

main()
