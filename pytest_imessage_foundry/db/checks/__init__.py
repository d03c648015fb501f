"""The checks of the validator, one module for each subject."""

from __future__ import annotations
