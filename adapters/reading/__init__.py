"""The field readers that all sources share.

A reader takes a ``notes.Cell`` and returns a value, or ``None`` where it is unknown; what was lost,
repaired or makes the record unusable is added to the cell's notes. No reader raises on any input.
"""
