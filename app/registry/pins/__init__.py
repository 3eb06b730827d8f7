"""Values that a reviewer pinned, over what the rules of survivorship choose."""
