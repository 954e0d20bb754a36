"""``python -m errata.app.openapi > openapi.json``: the description from which the console's types are generated."""

from __future__ import annotations

import json
import sys

from errata.app.routes import openapi

if __name__ == "__main__":
    json.dump(openapi(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
