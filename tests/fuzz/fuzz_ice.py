"""Only what is signed with the agent's password is answered, with hardly more bytes than it was asked with."""

from __future__ import annotations

from aioice import stun

from rtc.shell.ice import Credentials, IceAgent, ufrag_of

LOCAL = Credentials("abcdefabcdef", "0123456789abcdef0123456789abcdef")
ADDRESS = ("2001:db8::1", 65535)


def _check(**attributes: object) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, b"transaction!")
    message.attributes |= {"USERNAME": f"{LOCAL.ufrag}:brow", "PRIORITY": 1}
    message.attributes |= {name.replace("_", "-"): value for name, value in attributes.items()}
    message.add_message_integrity(LOCAL.pwd.encode())
    return bytes(message)


SEEDS = (
    _check(ICE_CONTROLLING=1),
    _check(ICE_CONTROLLING=1, USE_CANDIDATE=None),
    _check(ICE_CONTROLLED=1, SOFTWARE="libre"),
    _check(XOR_MAPPED_ADDRESS=("192.0.2.1", 1)),
    b"\0\x01\0\0\x21\x12\xa4\x42" + bytes(12),
)


def check(data: bytes) -> None:
    agent = IceAgent()
    agent.restart(LOCAL)
    agent.set_remote("brow", "b" * 22)
    result = agent.handle(data, ADDRESS)
    if result is None:
        return
    assert ufrag_of(data) == LOCAL.ufrag
    message = stun.parse_message(data)
    assert message.check_message_integrity(LOCAL.pwd.encode())
    answer = stun.parse_message(result.response)
    assert answer.transaction_id == message.transaction_id
    assert answer.check_message_integrity(LOCAL.pwd.encode())
    assert len(result.response) <= len(data) + 12  # nothing to gain from asking under another's address
