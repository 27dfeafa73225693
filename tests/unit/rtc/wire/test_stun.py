"""Vectors: RFC 5769, aioice tests/data (a browser's and FreeSWITCH's checks), libwebrtc's STUN fuzzing corpus."""

from __future__ import annotations

import hashlib
import hmac
import zlib

import pytest

from rtc.wire import stun
from rtc.wire.errors import WireError

PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"
# RFC 5769 2.1: a request with SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME, and spaces where padding is.
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff"
    "80290008932ff9b151263b36000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
# RFC 5769 2.2 and 2.3: the same address and port in both families.
MAPPED_IPV4 = bytes.fromhex("002000080001a147e112a643")
MAPPED_IPV6 = bytes.fromhex("002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9")

CONTROLLING = bytes.fromhex(
    "0001005c2112a4424a45777755786a4c5761613200060015737737597643536263566578336268693a4159655a000000"
    "c05700040001000a802a0008527ad2e0d912089100250000002400046e7e1eff"
    "00080014c87b58eccbacdbc075d497ad0c965a82937ab587802800045049af92"
)
CONTROLLED = bytes.fromhex(
    "000100742112a4427778614e624164586a774733000600154159655a3a7377375976435362635665783362686900000000"
    "240004647e1eff8022001e4672656553574954434820282d33372d39383763396239203634626974290000802900084c37"
    "4149526d6179000800141963108a4f764015a66b3fea0b1883dfde1436c880280004c08c36c2"
)


def signed(body: bytes, password: str = PASSWORD, kind: int = 1) -> bytes:
    """A message with these attributes, signed as RFC 8489 14.5 and 14.7 say, without aioice."""
    head = kind.to_bytes(2) + (len(body) + 24).to_bytes(2) + REQUEST[4:20] + body
    integrity = b"\x00\x08\x00\x14" + hmac.new(password.encode(), head, hashlib.sha1).digest()
    head = head[:2] + (len(body) + 32).to_bytes(2) + head[4:] + integrity
    return head + b"\x80\x28\x00\x04" + (zlib.crc32(head) ^ 0x5354554E).to_bytes(4)


def attribute(kind: int, value: bytes) -> bytes:
    return kind.to_bytes(2) + len(value).to_bytes(2) + value + bytes(-len(value) % 4)


USER = attribute(6, b"evtj:h6vY")


def test_the_rfc_request() -> None:
    request = stun.parse(REQUEST)
    assert request.username == stun.username_of(REQUEST) == "evtj:h6vY"
    assert request.transaction_id.hex() == "b7e7a701bc34d686fa87dfae"
    assert (request.controlled, request.use_candidate) == (True, False)
    assert request.is_signed_with(PASSWORD)


@pytest.mark.parametrize("password", ["", "VOkJxbRl1RmTxUk/WvJxBT", "x" * 200])
def test_another_password(password: str) -> None:
    assert not stun.parse(REQUEST).is_signed_with(password)


def test_a_browsers_check() -> None:
    request = stun.parse(CONTROLLING)
    assert (request.username, request.use_candidate, request.controlled) == ("sw7YvCSbcVex3bhi:AYeZ", True, False)
    assert stun.parse(CONTROLLED).controlled


@pytest.mark.parametrize("position", [10, 30, 46, 55, 66, 74])
def test_a_changed_bit_breaks_the_signature(position: int) -> None:
    """In the transaction id, each value and the padding. The fingerprint would notice first: it is left out here."""
    body = bytearray(REQUEST[:-8])
    body[3] -= 8
    assert stun.parse(bytes(body)).is_signed_with(PASSWORD)
    body[position] ^= 1
    assert not stun.parse(bytes(body)).is_signed_with(PASSWORD)


def test_a_wrong_fingerprint() -> None:
    with pytest.raises(WireError):
        stun.parse(REQUEST[:-1] + b"\x00")


def test_what_follows_the_signature_does_not_count() -> None:
    whole = signed(USER)
    late = whole[:-8] + attribute(0x25, b"")
    data = late[:2] + (len(late) - 20).to_bytes(2) + late[4:]
    request = stun.parse(data)
    assert request.is_signed_with(PASSWORD)
    assert not request.use_candidate


def test_unsigned_requests_are_signed_with_nothing() -> None:
    unsigned = b"\x00\x01" + len(USER).to_bytes(2) + REQUEST[4:20] + USER
    assert not stun.parse(unsigned).is_signed_with("")


@pytest.mark.parametrize(
    ("address", "mapped"),
    [(("192.0.2.1", 32853), MAPPED_IPV4), (("2001:db8:1234:5678:11:2233:4455:6677", 32853), MAPPED_IPV6)],
)
def test_success_is_the_rfcs_response(address: tuple[str, int], mapped: bytes) -> None:
    assert stun.success(stun.parse(REQUEST), address, PASSWORD) == signed(mapped, kind=0x0101)


def test_refusal() -> None:
    conflict = attribute(9, bytes((0, 0, 4, 87)) + b"Role Conflict")
    assert stun.refusal(stun.parse(REQUEST), 487, "Role Conflict", PASSWORD) == signed(conflict, kind=0x0111)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"123",
        REQUEST[:19],
        REQUEST[:-1],
        REQUEST + b"\x00",
        bytes(20),
        b"\x01\x01" + REQUEST[2:],  # a response
        b"\x00\x11" + REQUEST[2:],  # an indication
        b"\x00\x03" + REQUEST[2:],  # an allocation
        b"\x00\x01\x00\x10ABCD" + REQUEST[8:20] + USER,  # no magic cookie
        signed(b""),  # no user name
        signed(attribute(6, b"")),
        signed(attribute(6, b"\xff\xfe")),
        signed(attribute(6, b"a" * 514)),
        b"\x00\x01\x00\x08" + REQUEST[4:20] + b"\x00\x06\x00\x09abcd",  # a name cut short
        signed(USER + attribute(0x24, b"\x00")),  # aioice: struct.error
        signed(USER + attribute(0x802A, b"1234567")),
        signed(USER + attribute(0x20, b"\x00\x03abcdef")),
        signed(USER + attribute(0x8022, bytes(3000))),
    ],
    ids=lambda data: data[:28].hex(),
)
def test_what_is_not_a_check(data: bytes) -> None:
    with pytest.raises(WireError):
        stun.parse(data)


def test_of_two_user_names_the_first_counts() -> None:
    """The peer that a datagram was sorted to by `username_of` is the one whose password is checked."""
    data = signed(USER + attribute(6, b"other:h6vY"))
    assert stun.parse(data).username == stun.username_of(data) == "evtj:h6vY"


def test_unknown_attributes_are_ignored() -> None:
    data = signed(USER + attribute(0xC057, b"\x00\x01\x00\x0a") + attribute(0xC070, bytes(100)))
    assert stun.parse(data).is_signed_with(PASSWORD)


@pytest.mark.parametrize(
    ("data", "username"),
    [
        (REQUEST, "evtj:h6vY"),
        (CONTROLLED, "AYeZ:sw7YvCSbcVex3bhi"),
        (signed(attribute(0x8022, b"abc") + USER), "evtj:h6vY"),
        (signed(b""), None),
        (signed(attribute(6, b"")), None),
        (signed(attribute(6, b"\xff")), None),
        (signed(attribute(6, "マトリックス".encode())), "マトリックス"),
        (signed(attribute(6, b"a" * 513)), "a" * 513),
        (signed(attribute(6, b"a" * 514)), None),
        (b"\x01\x01" + REQUEST[2:], None),
        (b"", None),
        (b"\x80" * 60, None),
        (b"\x00\x01\x00\x04" + REQUEST[4:20] + b"\x00\x06\x00\x09", None),  # longer than the message
    ],
    ids=lambda value: value[:28].hex() if isinstance(value, bytes) else None,
)
def test_username_of(data: bytes, username: str | None) -> None:
    assert stun.username_of(data) == username
