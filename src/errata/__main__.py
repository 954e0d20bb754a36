"""``python -m errata``."""

from errata.app.cli import main

main()
