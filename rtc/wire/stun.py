"""STUN Binding requests and our answers (RFC 8489, RFC 8445), behind `aioice.stun`.

aioice raises `struct.error` and several kinds of ValueError on crafted bytes; from here comes WireError only.
"""

from __future__ import annotations

import struct
from typing import Final

from aioice import stun
from msgspec import Struct

from rtc.wire.errors import WireError

# A browser's check takes about 120 bytes. Beyond this nobody honest writes, and aioice's lengths stay within 16 bits.
MAX_SIZE: Final = 2048  # bytes
MAX_USERNAME: Final = 513  # bytes (RFC 8489 14.3)
HEADER: Final = struct.Struct("!HHI12s")
BINDING_REQUEST: Final = 0x0001
COOKIE: Final = 0x2112A442
USERNAME: Final = 0x0006


class BindingRequest(Struct, frozen=True):
    """A connectivity check. Nothing in it is proven until `is_signed_with` says so."""

    username: str
    transaction_id: bytes  # 12 bytes
    use_candidate: bool
    controlled: bool  # the sender believes to be in the controlled role
    message: stun.Message

    def is_signed_with(self, password: str) -> bool:
        """MESSAGE-INTEGRITY is present and right (RFC 8489 14.5)."""
        return bool(self.message.check_message_integrity(password.encode()))


def parse(data: bytes) -> BindingRequest:
    """Raises WireError unless these bytes are one whole Binding request with a user name."""
    if len(data) > MAX_SIZE or not _is_binding_request(data):
        raise WireError("not a STUN Binding request")
    try:
        message = stun.parse_message(data)
    except (ValueError, struct.error) as error:
        raise WireError("malformed STUN message") from error
    # Not aioice's, which takes the last of several, even cut short: the peer found by it must be the peer checked.
    username = username_of(data)
    if username is None:
        raise WireError("STUN request without a user name")
    return BindingRequest(
        username=username,
        transaction_id=message.transaction_id,
        use_candidate="USE-CANDIDATE" in message.attributes,
        controlled="ICE-CONTROLLED" in message.attributes,
        message=message,
    )


def username_of(data: bytes) -> str | None:
    """The user name of a Binding request, found without checking anything else. Cheap: strangers call this."""
    if not _is_binding_request(data):
        return None
    position = HEADER.size
    end = min(len(data), MAX_SIZE)
    while position + 4 <= end:
        kind, length = struct.unpack_from("!HH", data, position)
        position += 4
        if kind == USERNAME:
            return _text(data[position : position + length]) if position + length <= end else None
        position += length + -length % 4
    return None


def success(request: BindingRequest, address: tuple[str, int], password: str) -> bytes:
    """Tells the sender the address it was seen at, signed with our password."""
    answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, request.transaction_id)
    answer.attributes["XOR-MAPPED-ADDRESS"] = address
    answer.add_message_integrity(password.encode())
    return bytes(answer)


def refusal(request: BindingRequest, code: int, reason: str, password: str) -> bytes:
    """An error response, signed with our password."""
    answer = stun.Message(stun.Method.BINDING, stun.Class.ERROR, request.transaction_id)
    answer.attributes["ERROR-CODE"] = (code, reason)
    answer.add_message_integrity(password.encode())
    return bytes(answer)


def _is_binding_request(data: bytes) -> bool:
    if len(data) < HEADER.size:
        return False
    kind, length, cookie, _ = HEADER.unpack_from(data)
    return bool(kind == BINDING_REQUEST and cookie == COOKIE and length == len(data) - HEADER.size)


def _text(value: bytes) -> str | None:
    try:
        return value.decode() if 0 < len(value) <= MAX_USERNAME else None
    except UnicodeDecodeError:
        return None
