"""Runs the functions that nodes cannot compute themselves: one process of a node's pool, see ``__main__``."""
