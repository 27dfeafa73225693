from __future__ import annotations

from pathlib import Path

import pytest

from signaling.shell.auth import OperatorKey, link_hash, new_token, operator_key, secret_hash


def test_tokens_have_at_least_128_bits_and_never_repeat() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert min(map(len, tokens)) * 6 >= 128  # six bits a character


def test_only_hashes_are_kept() -> None:
    assert link_hash("abc") == secret_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert link_hash("\ud800")  # whatever JSON let through


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "operator.key"
    operator_key(path)
    key = path.read_text().strip()
    assert path.stat().st_mode & 0o777 == 0o600
    assert operator_key(path).matches(f"Bearer {key}")
    assert path.read_text().strip() == key


def test_a_file_without_a_key_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "operator.key"
    path.write_text("\n")
    with pytest.raises(ValueError, match=r"operator\.key"):
        operator_key(path)


@pytest.mark.parametrize(
    ("header", "right"),
    [
        ("Bearer the key of the operator", True),
        ("bearer the key of the operator", True),
        ("Bearer the key of the operato", False),
        ("Basic the key of the operator", False),
        ("the key of the operator", False),
        ("", False),
        (None, False),
    ],
)
def test_the_header(header: str | None, right: bool) -> None:
    assert OperatorKey("the key of the operator").matches(header) is right


def test_a_key_does_not_show_itself() -> None:
    assert "secret" not in repr(OperatorKey("secret")) + str(OperatorKey("secret"))
