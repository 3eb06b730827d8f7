"""Poder Judicial, the register of the courts."""

from adapters.poder_judicial.adapter import PoderJudicial

__all__ = ["PoderJudicial"]
