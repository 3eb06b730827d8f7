"""Línea 1818, the hotline."""

from adapters.linea_1818.adapter import Linea1818

__all__ = ["Linea1818"]
