"""Which libraries are found; what they do is held to libsrtp in test_seal."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rtc.shell import gcm


def found(level: int) -> list[str]:
    return [library.name for library in gcm.libraries(SimpleNamespace(gcm_level=lambda: level))]


def test_a_processor_without_the_instructions_has_openssl() -> None:
    assert found(0) == ["openssl"]


def test_a_machine_without_the_library_has_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gcm, "_IPSEC_MB", "libNobodyHasThis.so.1")
    assert found(2) == ["openssl"]


def test_a_version_without_these_functions_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gcm, "_IPSEC_MB", "libc.so.6")
    assert found(1) == ["openssl"]


def test_a_python_without_openssl_to_be_found_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import _hashlib

    monkeypatch.setattr(_hashlib, "__file__", "/nowhere.so")
    assert found(0) == []
