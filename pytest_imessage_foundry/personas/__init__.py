"""The built-in people, reserved addresses, and the people that a user keeps."""

from __future__ import annotations
