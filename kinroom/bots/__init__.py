"""Synthetic people: whole aiortc peers with a moving picture and a voice, in a process of their own.

Nothing here is imported by the server. `python -m kinroom bots` runs them; the modules below load PyAV.
"""
