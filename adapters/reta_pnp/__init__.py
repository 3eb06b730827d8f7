"""RETA-PNP, the register of the police."""

from adapters.reta_pnp.adapter import RetaPnp

__all__ = ["RetaPnp"]
