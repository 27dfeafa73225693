"""Any bytes are a Binding request or a WireError. What parses can be verified and answered, and names its peer.

The bytes are also tried as the attributes of a request, or the fuzzer hardly gets past the header.
"""

from __future__ import annotations

from rtc.wire import stun
from rtc.wire.errors import WireError

# RFC 5769, aioice's recorded checks, libwebrtc's corpus and a crasher (by way of mediasoup).
SEEDS = tuple(
    bytes.fromhex(text)
    for text in (
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932f"
        "f9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf",
        "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91"
        "f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96",
        "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f343939"
        "6b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e071"
        "2e85c9a28ca89666",
        "0001005c2112a4424a45777755786a4c5761613200060015737737597643536263566578336268693a4159655a000000c05700040001"
        "000a802a0008527ad2e0d912089100250000002400046e7e1eff00080014c87b58eccbacdbc075d497ad0c965a82937ab58780280004"
        "5049af92",
        "000100002112a4424e766678336c553746554246",
        "0001000c2112a442e3a946e17c00c26254080100000600086162636465666768",
        "000100082112a442e3a946e17c00c2625408010000060003616263cc",
        "0001000c2112a442291fcd7cba58abd7f24101000001000800019dfcac1744e6",
        "000100142112a442e3a946e17c00c2625408010000aa000761626364656667000006000361626300",
        "0001000c2112a442e3a946e17c00c26254080100000a000600011000ab0cbeef",
        "0101003c2112a442b7e7a701bc34d6ae86df8780fa22000b7465737420766563746f72200022001200010847e10101003c21b012a442"
        "b7e7a7a1a643000800142b91f599fd9e90c38c740189f927f9bc",
    )
)


_COOKIE_AND_ID = bytes.fromhex("2112a442b7e7a701bc34d686fa87dfae")


def check(data: bytes) -> None:
    _check(data)
    _check(b"\x00\x01" + len(data).to_bytes(2) + _COOKIE_AND_ID + data)


def _check(data: bytes) -> None:
    try:
        request = stun.parse(data)
    except WireError:
        return
    assert request.username == stun.username_of(data)
    assert not request.is_signed_with("nobody's password")
    answer = stun.success(request, ("192.0.2.1", 9), "ours")
    assert answer[:2] == b"\x01\x01"
    assert answer[8:20] == request.transaction_id
    assert stun.refusal(request, 487, "Role Conflict", "ours")[8:20] == request.transaction_id
