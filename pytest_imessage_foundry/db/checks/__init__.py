"""What the validator looks at, one module per kind of thing."""

from __future__ import annotations
