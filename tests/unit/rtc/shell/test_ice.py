"""The lite agent, asked with checks that aioice signs."""

from __future__ import annotations

import pytest
from aioice import stun

from rtc.shell.ice import Credentials, IceAgent, IceResult, ufrag_of

BROWSER = Credentials("brow", "browser-password-of-22+")
HOME, AWAY = ("192.0.2.7", 50_000), ("2001:db8::7", 50_001)


def agent() -> IceAgent:
    made = IceAgent()
    made.set_remote(BROWSER.ufrag, BROWSER.pwd)
    return made


def check(local: Credentials, theirs: str = BROWSER.ufrag, *, nominate: bool = False, **others: object) -> bytes:
    """A browser's connectivity check towards these credentials."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes |= {"USERNAME": f"{local.ufrag}:{theirs}", "PRIORITY": 1, "ICE-CONTROLLING": 7}
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.attributes |= {name.replace("_", "-"): value for name, value in others.items()}
    message.attributes = {name: value for name, value in message.attributes.items() if value != "absent"}
    message.add_message_integrity(local.pwd.encode())
    return bytes(message)


def answered(result: IceResult | None) -> stun.Message:
    assert result is not None
    return stun.parse_message(result.response)


def test_credentials_are_long_and_of_the_allowed_characters() -> None:
    made = [Credentials.make() for _ in range(50)]
    assert len({one.ufrag for one in made}) == len({one.pwd for one in made}) == 50
    for one in made:
        assert one.ufrag.isalnum()
        assert one.pwd.isalnum()
        assert 4 <= len(one.ufrag) <= 256  # RFC 8839 5.4
        assert 22 <= len(one.pwd) <= 256


def test_passwords_do_not_show_in_logs() -> None:
    assert "secret" not in repr(Credentials("abcd", "secret"))


@pytest.mark.parametrize("address", [HOME, AWAY])
def test_a_check_is_answered_with_the_address_it_came_from(address: tuple[str, int]) -> None:
    ice = agent()
    request = check(ice.local)
    result = ice.handle(request, address)
    message = answered(result)
    assert message.message_class == stun.Class.RESPONSE
    assert message.transaction_id == stun.parse_message(request).transaction_id
    assert message.attributes["XOR-MAPPED-ADDRESS"] == address
    assert message.check_message_integrity(ice.local.pwd.encode())
    assert "FINGERPRINT" in message.attributes
    assert result
    assert not result.nominated


def test_every_nomination_counts() -> None:
    ice = agent()
    results = [ice.handle(check(ice.local, nominate=True), address) for address in (HOME, AWAY, HOME)]
    assert all(result and result.nominated for result in results)


def test_checks_are_taken_before_the_browser_is_known() -> None:
    ice = IceAgent()
    assert ice.handle(check(ice.local, "whoever"), HOME)


def test_who_cannot_sign_gets_no_answer() -> None:
    ice = agent()
    assert ice.handle(check(Credentials(ice.local.ufrag, "guessed-password-of-22-")), HOME) is None
    assert ice.handle(check(Credentials(ice.local.ufrag, BROWSER.pwd)), HOME) is None


def test_an_unsigned_check_gets_no_answer() -> None:
    ice = agent()
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ice.local.ufrag}:{BROWSER.ufrag}"
    message.attributes["USE-CANDIDATE"] = None
    message.add_fingerprint()
    assert ice.handle(bytes(message), HOME) is None


def test_a_check_for_somebody_else_gets_no_answer() -> None:
    ice = agent()
    assert ice.handle(check(Credentials("other", ice.local.pwd)), HOME) is None
    assert ice.handle(check(ice.local, "stranger"), HOME) is None
    assert ice.handle(check(Credentials("", ice.local.pwd)), HOME) is None


def test_a_changed_bit_costs_the_answer() -> None:
    ice = agent()
    request = check(ice.local, nominate=True)
    assert ice.handle(request, HOME)
    for position in range(len(request) - 8):  # all but FINGERPRINT, which comes after the signature
        changed = bytearray(request)
        changed[position] ^= 0x10
        assert ice.handle(bytes(changed), HOME) is None, position


def test_other_messages_get_no_answer() -> None:
    ice = agent()
    for kind in (stun.Class.INDICATION, stun.Class.RESPONSE, stun.Class.ERROR):
        message = stun.Message(stun.Method.BINDING, kind)
        message.attributes["USERNAME"] = f"{ice.local.ufrag}:{BROWSER.ufrag}"
        message.add_message_integrity(ice.local.pwd.encode())
        assert ice.handle(bytes(message), HOME) is None
    allocate = stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST)
    allocate.attributes["USERNAME"] = f"{ice.local.ufrag}:{BROWSER.ufrag}"
    allocate.add_message_integrity(ice.local.pwd.encode())
    assert ice.handle(bytes(allocate), HOME) is None


def test_a_controlled_browser_is_told_to_change_its_mind() -> None:
    ice = agent()
    result = ice.handle(check(ice.local, nominate=True, ICE_CONTROLLING="absent", ICE_CONTROLLED=9), HOME)
    message = answered(result)
    assert message.error_code == 487  # RFC 8445 7.3.1.1
    assert message.check_message_integrity(ice.local.pwd.encode())
    assert result
    assert not result.nominated


# --- restarts


def test_the_old_credentials_serve_until_the_new_ones_are_used() -> None:
    ice = agent()
    old = ice.local
    new = ice.restart()
    ice.set_remote("anew", "browser-password-anew-22")
    assert ice.local == new
    assert new != old
    assert ice.handle(check(old, nominate=True), HOME)  # the browser has no answer yet
    assert ice.handle(check(new, "anew"), AWAY)
    assert ice.handle(check(old), HOME) is None
    assert ice.handle(check(new, "anew"), AWAY)


def test_an_old_check_is_answered_with_the_old_password() -> None:
    ice = agent()
    old = ice.local
    ice.restart()
    assert answered(ice.handle(check(old), HOME)).check_message_integrity(old.pwd.encode())


def test_generations_do_not_mix() -> None:
    ice = agent()
    old = ice.local
    new = ice.restart()
    ice.set_remote("anew", "browser-password-anew-22")
    assert ice.handle(check(old, "anew"), HOME) is None
    assert ice.handle(check(new, BROWSER.ufrag), HOME) is None
    assert ice.handle(check(Credentials(new.ufrag, old.pwd), "anew"), HOME) is None


def test_a_failed_check_with_the_new_name_leaves_the_old_credentials() -> None:
    ice = agent()
    old = ice.local
    new = ice.restart()
    assert ice.handle(check(Credentials(new.ufrag, "guessed-password-of-22-")), HOME) is None
    assert ice.handle(check(old), HOME)


def test_only_two_generations_are_kept() -> None:
    ice = agent()
    first, second, third = ice.local, ice.restart(), ice.restart()
    assert list(ice.ufrags) == [third.ufrag, second.ufrag]
    assert ice.handle(check(first), HOME) is None
    assert ice.handle(check(second), HOME)


def test_ufrags_are_those_that_work() -> None:
    ice = agent()
    old = ice.local
    assert list(ice.ufrags) == [old.ufrag]
    new = ice.restart(Credentials.make())
    assert list(ice.ufrags) == [new.ufrag, old.ufrag]
    ice.handle(check(new), HOME)
    assert list(ice.ufrags) == [new.ufrag]


# --- whose datagram is it?


def test_ufrag_of_finds_ours() -> None:
    ice = agent()
    assert ufrag_of(check(ice.local)) == ice.local.ufrag


@pytest.mark.parametrize("data", [b"", b"\0\x01", bytes(20), b"\x80" * 100, b"\x16\xfe\xfd" + bytes(40)])
def test_ufrag_of_anything_else_is_none(data: bytes) -> None:
    assert ufrag_of(data) is None


def test_ufrag_of_a_response_is_none() -> None:
    ice = agent()
    result = ice.handle(check(ice.local), HOME)
    assert result
    assert ufrag_of(result.response) is None
