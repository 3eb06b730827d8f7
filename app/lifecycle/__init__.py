"""The life of a linking model: made, compared with the one that links, promoted, taken back."""
