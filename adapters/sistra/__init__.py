"""SISTRA, the register of the Ministerio Público."""

from adapters.sistra.adapter import Sistra

__all__ = ["Sistra"]
