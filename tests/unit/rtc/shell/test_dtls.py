"""The DTLS server against an OpenSSL client, over a network that loses, doubles, swaps, cuts and invents datagrams."""

from __future__ import annotations

import datetime
import itertools
import os
import random
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc.shell.dtls import MAX_REPEATS, MTU, PROFILES, Certificate, DtlsServer, SrtpKeys, split
from rtc.wire.description import Fingerprint
from tests.unit.rtc.shell.dtls_client import HANDSHAKE, RECORD, Client, fingerprint_of, fragments, renumbered, run

OURS, THEIRS, STRANGERS = Certificate.make(), Certificate.make(), Certificate.make()
RANDOM = 32  # bytes of the ClientHello's random, after its two bytes of version


def server() -> DtlsServer:
    return DtlsServer(OURS, [fingerprint_of(THEIRS)])


def connected(mtu: int = 1200) -> tuple[DtlsServer, Client]:
    dtls, client = server(), Client(THEIRS, mtu=mtu)
    run(dtls, client)
    assert dtls.keys
    assert client.connected
    return dtls, client


def feed(dtls: DtlsServer, datagrams: list[bytes]) -> list[bytes]:
    return [answer for datagram in datagrams for answer in dtls.receive(datagram)]


def flight_5(dtls: DtlsServer, client: Client) -> list[bytes]:
    """The client's certificate to Finished, not delivered yet."""
    return [answer for datagram in feed(dtls, client.start()) for answer in client.receive(datagram)]


# --- certificates


def test_a_certificate_says_nothing_and_lasts() -> None:
    certificate = x509.load_pem_x509_certificate(Certificate.make().pem()[0])
    assert certificate.subject.rfc4514_string() == certificate.issuer.rfc4514_string() == "CN=WebRTC"
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lifetime > datetime.timedelta(days=700)
    assert certificate.not_valid_before_utc < datetime.datetime.now(datetime.UTC)


def test_certificates_are_all_different() -> None:
    made = [x509.load_pem_x509_certificate(Certificate.make().pem()[0]) for _ in range(3)]
    assert len({certificate.serial_number for certificate in made}) == 3
    assert len({certificate.fingerprint(hashes.SHA256()) for certificate in made}) == 3


def test_a_certificate_survives_the_way_to_a_worker() -> None:
    again = Certificate.from_pem(*OURS.pem())
    assert again.fingerprint == OURS.fingerprint
    assert again.pem() == OURS.pem()
    assert len(OURS.fingerprint.split(":")) == 32
    assert OURS.fingerprint == OURS.fingerprint.upper()


def test_other_keys_are_refused() -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with pytest.raises(ValueError, match="elliptic"):
        Certificate.from_pem(OURS.pem()[0], pem)
    with pytest.raises(ValueError, match="PEM"):
        Certificate.from_pem(b"", OURS.pem()[1])


# --- the handshake


@pytest.mark.parametrize(("profile", "key", "salt"), [(name, *sizes) for name, sizes in PROFILES.items()])
def test_both_sides_have_the_same_keys(profile: str, key: int, salt: int) -> None:
    dtls, client = server(), Client(THEIRS, profiles=profile.encode())
    run(dtls, client)
    keys = dtls.keys
    assert keys is not None
    assert keys.profile == client.ssl.get_selected_srtp_profile().decode() == profile
    # RFC 5764 4.2
    assert client.material(2 * (key + salt)) == keys.client_key + keys.server_key + keys.client_salt + keys.server_salt
    assert keys.receive == keys.client_key + keys.client_salt
    assert keys.send == keys.server_key + keys.server_salt
    assert (len(keys.server_key), len(keys.server_salt)) == (key, salt)


def test_128_bit_gcm_is_preferred_whatever_the_browser_prefers() -> None:
    dtls = server()
    run(dtls, Client(THEIRS, profiles=b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM"))
    assert dtls.keys
    assert dtls.keys.profile == "SRTP_AEAD_AES_128_GCM"


def test_keys_do_not_show_in_logs() -> None:
    assert repr(SrtpKeys("P", b"secret", b"secret", b"secret", b"secret")) == "SrtpKeys(P)"


def test_every_datagram_fits_the_mtu() -> None:
    dtls, client = server(), Client(THEIRS)
    answers = feed(dtls, client.start())
    assert answers
    assert all(len(datagram) <= MTU for datagram in answers)


def test_a_connected_server_waits_for_nothing() -> None:
    dtls, _ = connected()
    assert dtls.next_timeout() is None
    assert dtls.handle_timeout() == []


def test_a_timer_runs_only_while_an_answer_is_missing() -> None:
    dtls, client = server(), Client(THEIRS)
    assert dtls.next_timeout() is None
    feed(dtls, client.start())
    timeout = dtls.next_timeout()
    assert timeout is not None
    assert 0 < timeout <= 1.0
    assert dtls.handle_timeout() == []  # too early


# --- whom we talk to


def test_a_wrong_certificate_is_refused_and_told() -> None:
    dtls, client = DtlsServer(OURS, [fingerprint_of(STRANGERS)]), Client(THEIRS)
    run(dtls, client)
    assert dtls.keys is None
    assert dtls.failed == "the certificate does not match the fingerprint of the offer"
    assert client.is_told_goodbye()


def test_one_of_several_fingerprints_is_enough() -> None:
    dtls = DtlsServer(OURS, [fingerprint_of(STRANGERS), fingerprint_of(THEIRS)])
    run(dtls, Client(THEIRS))
    assert dtls.keys


def test_lower_case_fingerprints_are_the_same() -> None:
    dtls = DtlsServer(OURS, [Fingerprint("sha-256", THEIRS.fingerprint.lower())])
    run(dtls, Client(THEIRS))
    assert dtls.keys


@pytest.mark.parametrize(("algorithm", "kind"), [("sha-384", hashes.SHA384()), ("sha-512", hashes.SHA512())])
def test_longer_hashes_are_understood(algorithm: str, kind: hashes.HashAlgorithm) -> None:
    value = x509.load_pem_x509_certificate(THEIRS.pem()[0]).fingerprint(kind).hex(":").upper()
    dtls = DtlsServer(OURS, [Fingerprint(algorithm, value)])
    run(dtls, Client(THEIRS))
    assert dtls.keys


def test_sha_1_proves_nothing() -> None:
    value = x509.load_pem_x509_certificate(THEIRS.pem()[0]).fingerprint(hashes.SHA1()).hex(":").upper()
    dtls = DtlsServer(OURS, [Fingerprint("sha-1", value)])
    run(dtls, Client(THEIRS))
    assert dtls.failed


@pytest.mark.parametrize("offered", [[], [Fingerprint("sha-256", "")], [Fingerprint("sha-256", "ä")]])
def test_no_usable_fingerprint_means_nobody(offered: list[Fingerprint]) -> None:
    dtls = DtlsServer(OURS, offered)
    run(dtls, Client(THEIRS))
    assert dtls.failed
    assert dtls.keys is None


def test_a_client_without_certificate_is_refused() -> None:
    dtls, client = server(), Client(None)
    run(dtls, client)
    assert dtls.keys is None
    assert dtls.failed
    assert client.error  # an alert


def test_a_client_without_srtp_is_refused() -> None:
    dtls, client = server(), Client(THEIRS, profiles=b"")
    run(dtls, client)
    assert dtls.keys is None
    assert dtls.failed == "no common SRTP profile"
    assert client.is_told_goodbye()


def test_dtls_1_0_is_refused() -> None:
    dtls, client = server(), Client(THEIRS, version=0xFEFF, ciphers=b"ALL:@SECLEVEL=0")
    run(dtls, client)
    assert dtls.failed
    assert dtls.keys is None
    assert client.error


def test_a_client_that_insists_on_dtls_1_3_turns_away() -> None:
    """OpenSSL offers it 1.2 all the same; RFC 8446 4.1.3 has the client abort with protocol_version."""
    dtls = server()
    dtls.receive(with_extension(Client(THEIRS).start()[0], 43, b"\x02\xfe\xfc"))
    assert dtls.receive(b"\x15\xfe\xfd\0\0\0\0\0\0\0\x01\0\x02\x02\x46") == []
    assert dtls.failed
    assert dtls.keys is None


def test_a_client_that_prefers_dtls_1_3_gets_1_2() -> None:
    """Browsers of today: 1.3 and 1.2 in supported_versions, a post-quantum key share, two datagrams."""
    hello = with_extension(Client(THEIRS).start()[0], 43, b"\x04\xfe\xfc\xfe\xfd")
    hello = with_extension(hello, 51, (1220).to_bytes(2, "big") + b"\x11\xec\x04\xc0" + bytes(1216))
    first, second = fragments(hello, 1100)
    dtls = server()
    assert dtls.receive(first) == []
    answers = dtls.receive(second)
    assert answers[0][RECORD] == 2  # ServerHello ...
    assert answers[0][RECORD + HANDSHAKE : RECORD + HANDSHAKE + 2] == b"\xfe\xfd"  # ... of 1.2
    assert not dtls.failed


def with_extension(hello: bytes, kind: int, value: bytes) -> bytes:
    """A ClientHello in one record with one more extension."""
    body = bytearray(hello[RECORD + HANDSHAKE :])
    position = 2 + RANDOM
    position += 1 + body[position]  # session id
    position += 1 + body[position]  # cookie
    position += 2 + int.from_bytes(body[position : position + 2], "big")  # cipher suites
    position += 1 + body[position]  # compression
    extension = kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value
    size = int.from_bytes(body[position : position + 2], "big") + len(extension)
    body[position : position + 2] = size.to_bytes(2, "big")
    body += extension
    length = len(body).to_bytes(3, "big")
    handshake = b"\x01" + length + hello[RECORD + 4 : RECORD + 6] + b"\0\0\0" + length + bytes(body)
    return hello[: RECORD - 2] + len(handshake).to_bytes(2, "big") + handshake


# --- bad networks


def test_a_hello_in_pieces_is_answered_once() -> None:
    dtls, client = server(), Client(THEIRS)
    pieces = fragments(client.start()[0], 50, 120)
    assert feed(dtls, pieces[:2]) == []
    answers = dtls.receive(pieces[2])
    assert answers
    feed(dtls, [renumbered(datagram, 10) for datagram in flight_from(client, answers)])
    assert dtls.keys


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_pieces_of_a_hello_may_come_in_any_order(order: tuple[int, ...]) -> None:
    dtls, client = server(), Client(THEIRS)
    pieces = fragments(client.start()[0], 50, 120)
    answers = feed(dtls, [pieces[i] for i in order])
    feed(dtls, [renumbered(datagram, 10) for datagram in flight_from(client, answers)])
    assert dtls.keys


def flight_from(client: Client, answers: list[bytes]) -> list[bytes]:
    return [reply for datagram in answers for reply in client.receive(datagram)]


def test_a_lost_first_answer_is_repeated_when_the_browser_repeats() -> None:
    dtls, client = server(), Client(THEIRS)
    [hello] = client.start()
    lost = dtls.receive(hello)
    assert lost
    again = dtls.receive(renumbered(hello, 1))
    assert again == lost
    assert feed(dtls, [renumbered(datagram, 10) for datagram in flight_from(client, again)])
    assert dtls.keys


def test_a_repeated_hello_and_the_next_flight_may_share_a_datagram() -> None:
    dtls, client = server(), Client(THEIRS)
    [hello] = client.start()
    flight = flight_from(client, dtls.receive(hello))
    assert dtls.receive(b"".join([renumbered(hello, 1), *(renumbered(datagram, 10) for datagram in flight)]))
    assert dtls.keys


def test_of_a_repeated_hello_in_pieces_only_the_last_is_answered() -> None:
    dtls = server()
    pieces = fragments(Client(THEIRS).start()[0], 60)
    answers = feed(dtls, pieces)
    assert dtls.receive(renumbered(pieces[0], 2)) == []
    assert dtls.receive(renumbered(pieces[1], 2)) == answers


def test_a_client_that_never_heard_us_is_not_flooded() -> None:
    """A forged source address would make us send this much to a victim, if ICE had not proven the address first."""
    dtls = server()
    [hello] = Client(THEIRS).start()
    first = sum(len(datagram) for datagram in dtls.receive(hello))
    repeated = sum(len(datagram) for i in range(1000) for datagram in dtls.receive(renumbered(hello, 1 + i)))
    assert first < 4 * len(hello)
    assert repeated == MAX_REPEATS * first
    assert dtls.failed == "too much data before the handshake was complete"


@pytest.mark.parametrize("mtu", [256, 400])
def test_flights_may_be_reordered(mtu: int) -> None:
    """What OpenSSL cannot keep comes again with the client's retransmission."""
    count = len(flight_5(server(), Client(THEIRS, mtu=mtu)))
    assert count > 1
    for order in itertools.permutations(range(count)):
        dtls, client = server(), Client(THEIRS, mtu=mtu)
        flight = flight_5(dtls, client)
        answers = feed(dtls, [flight[i] for i in order])
        answers += feed(dtls, [renumbered(datagram, 100) for datagram in flight])
        assert dtls.keys, order
        flight_from(client, answers)
        assert client.connected


def test_everything_may_come_twice() -> None:
    dtls, client = server(), Client(THEIRS, mtu=256)
    flight = flight_5(dtls, client)
    answers = feed(dtls, [datagram for datagram in flight for _ in range(2)])
    assert dtls.keys
    flight_from(client, answers + answers)
    assert client.connected


@pytest.mark.parametrize("lost", range(3))
def test_a_lost_piece_of_the_second_flight_comes_again(lost: int) -> None:
    dtls, client = server(), Client(THEIRS, mtu=256)
    flight = flight_5(dtls, client)
    assert feed(dtls, [datagram for i, datagram in enumerate(flight) if i != lost]) == []
    assert feed(dtls, [renumbered(datagram, 10) for datagram in flight])
    assert dtls.keys


def test_a_cut_datagram_is_a_lost_datagram() -> None:
    dtls, client = server(), Client(THEIRS)
    [hello] = client.start()
    for size in range(len(hello)):
        assert dtls.receive(hello[:size]) == []
    flight = flight_from(client, dtls.receive(hello))
    for datagram in flight:
        for size in range(0, len(datagram), 7):
            dtls.receive(datagram[:size])
    feed(dtls, [renumbered(datagram, 10) for datagram in flight])
    assert dtls.keys


@given(st.lists(st.binary(max_size=200), max_size=20), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_garbage_does_not_disturb_a_handshake(garbage: list[bytes], seed: int) -> None:
    """Bytes that are no whole records, the kind an outsider without knowledge of the handshake can make."""
    shuffled = random.Random(seed)
    dtls, client = server(), Client(THEIRS)

    def noisy(datagrams: list[bytes]) -> list[bytes]:
        answers = []
        for datagram in datagrams:
            noise = [bytes([shuffled.randrange(256)]) + one for one in garbage]
            answers += [*feed(dtls, [one for one in noise if not 20 <= one[0] <= 23]), *dtls.receive(datagram)]
        return answers

    flight_from(client, noisy(flight_from(client, noisy(client.start()))))
    assert dtls.keys
    assert client.connected


@given(st.binary(max_size=300), st.sampled_from([20, 21, 22, 23]), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_any_record_is_survived(body: bytes, kind: int, epoch: int) -> None:
    """Before the handshake such a record may end it, but it never raises; afterwards it changes nothing."""
    record = bytes([kind, 0xFE, 0xFD, 0, epoch]) + bytes(6) + len(body).to_bytes(2, "big") + body
    server().receive(record)
    dtls, client = AFTER
    dtls.receive(record)
    assert dtls.keys
    assert not dtls.closed
    assert not dtls.failed
    assert feed(dtls, client.say(b"still there")) == []


AFTER = connected()


def test_a_flood_before_the_proof_ends_the_handshake_not_the_memory() -> None:
    """Fragments of long messages far in the future: OpenSSL keeps them until their turn comes."""
    before, flooded = resident_memory(), [server() for _ in range(20)]
    for dtls in flooded:
        for i in range(1000):
            body = b"\x0b\x01\x80\x00" + (1 + i % 9).to_bytes(2, "big") + b"\0\0\0\0\x01\0" + bytes(256)
            dtls.receive(b"\x16\xfe\xfd\0\0" + i.to_bytes(6, "big") + len(body).to_bytes(2, "big") + body)
    assert all(dtls.failed == "too much data before the handshake was complete" for dtls in flooded)
    assert flooded[0].next_timeout() is None
    assert (resident_memory() - before) / len(flooded) < 1_000_000


def resident_memory() -> int:
    """Bytes, OpenSSL's among them."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def test_a_failed_handshake_answers_nothing_more() -> None:
    dtls = DtlsServer(OURS, [fingerprint_of(STRANGERS)])
    run(dtls, Client(THEIRS))
    assert dtls.receive(Client(THEIRS).start()[0]) == []
    assert dtls.handle_timeout() == []
    assert dtls.next_timeout() is None
    assert dtls.close() == []


# --- afterwards


def test_the_browser_says_goodbye() -> None:
    dtls, client = connected()
    feed(dtls, client.goodbye())
    assert dtls.closed
    assert dtls.close() == []


def test_we_say_goodbye() -> None:
    dtls, client = connected()
    goodbye = dtls.close()
    assert dtls.closed
    flight_from(client, goodbye)
    assert client.is_told_goodbye()
    assert dtls.close() == []


def test_a_goodbye_in_mid_handshake_is_silent() -> None:
    dtls = server()
    dtls.receive(Client(THEIRS).start()[0])
    assert dtls.close() == []
    assert dtls.closed
    assert dtls.next_timeout() is None


def test_application_data_is_thrown_away() -> None:
    dtls, client = connected()
    assert feed(dtls, client.say(b"x" * 1000)) == []
    assert not dtls.closed
    assert feed(dtls, [*client.say(b"one"), *client.goodbye()]) == []
    assert dtls.closed


def test_a_forged_goodbye_is_ignored() -> None:
    dtls, _ = connected()
    dtls.receive(b"\x15\xfe\xfd\0\0" + bytes(6) + b"\0\x02\x01\x00")  # in the clear
    dtls.receive(b"\x15\xfe\xfd\0\1" + bytes(6) + b"\0\x1a" + bytes(26))  # in the right epoch, with the wrong key
    assert not dtls.closed


# --- splitting


@pytest.mark.parametrize(
    ("sizes", "datagrams"),
    [
        ([], []),
        ([100], [100]),
        ([500, 500, 200], [1200]),
        ([500, 500, 201], [1000, 201]),
        ([1300, 100], [1300, 100]),  # a record is never cut
        ([100, 1300, 100], [100, 1300, 100]),
    ],
)
def test_split(sizes: list[int], datagrams: list[int]) -> None:
    stream = b"".join(bytes(11) + (size - RECORD).to_bytes(2, "big") + bytes(size - RECORD) for size in sizes)
    assert [len(datagram) for datagram in split(stream, 1200)] == datagrams
