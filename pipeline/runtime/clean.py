"""`python -m pipeline.runtime.clean`: stop what still runs out of this home, before `make clean` deletes it."""

from __future__ import annotations

import sys

from pipeline.runtime.errors import RuntimeFault
from pipeline.runtime.lock import home_lock
from pipeline.settings import ROOT, get_settings


def main() -> int:
    """Stop the embedded PostgreSQL and delete its files, which may lie outside this home.

    Refuses (status 1) while another Hotline command is at work.
    """
    from pipeline.warehouse.embedded import EmbeddedPostgres

    home = ROOT / ".hotline"
    if get_settings().home.resolve() != home or not home.is_dir():
        return 0
    try:
        with home_lock(home, "clean"):
            EmbeddedPostgres(home).remove()
    except RuntimeFault as fault:
        print(f"{fault}\n{fault.mend}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
