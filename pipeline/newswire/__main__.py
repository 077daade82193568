"""`python -m pipeline.newswire [PORT]`: serve the example newswire until Ctrl-C."""

from __future__ import annotations

import sys

from pipeline.newswire.serve import serve

if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8088)
