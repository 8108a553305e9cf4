"""Calls, downloads and uploads that survive broken connections."""
