"""Masks secrets and personal data in a failure record, before disk and wire. No I/O; `redactor.py` shows the parts."""

from .redactor import Redactor

__all__ = ["Redactor"]
