"""Bytes <-> values, pure. Every parser here returns a value or raises `WireError`, on any bytes."""
