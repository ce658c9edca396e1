"""Breaks every derivative of the engine, one at a time, and tells which breaks no example of the suite notices: `python -m tests.mutation [FILE ...]`.

Run by hand: two minutes for all of them.
"""
