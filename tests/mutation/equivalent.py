"""Breaks that break nothing: `Break.name`, and why no gradient can move."""

EQUIVALENT = {}
