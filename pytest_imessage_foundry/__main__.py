"""`python -m pytest_imessage_foundry`, where no script is on PATH."""

from __future__ import annotations

from pytest_imessage_foundry.cli import main

raise SystemExit(main())
