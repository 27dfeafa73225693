"""Delays seen from outside, on a socket pair without a server between."""

from __future__ import annotations

import secrets
import socket
import time

from pylibsrtp import Policy, Session

from bench.delays import EVERY, Delays, stamped
from bench.lab.media import Microphone, TransportCounter


def sessions() -> tuple[Session, Session]:
    key = secrets.token_bytes(28)
    profile = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    sending = Session(Policy(key, Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
    return sending, Session(Policy(key, Policy.SSRC_ANY_INBOUND, srtp_profile=profile))


def test_every_eleventh_packet_is_timed_by_the_kernel() -> None:
    sending, receiving = sessions()
    microphone = Microphone(1, "0", TransportCounter())
    delays = Delays()
    with socket.socket(type=socket.SOCK_DGRAM) as ours, socket.socket(type=socket.SOCK_DGRAM) as theirs:
        theirs.bind(("127.0.0.1", 0))
        ours.connect(theirs.getsockname())
        with stamped([theirs]):
            for n in range(2 * EVERY):
                (packet,) = microphone.packets_at(n * 0.02, 50)
                delays.note_sent(microphone.ssrc, n, 1)
                ours.send(sending.protect(packet))
            time.sleep(0.03)  # the kernel's time of receipt counts, not ours
            delays.take(receiving, delays.batch.receive(theirs.fileno()))
        found = delays.milliseconds()
        assert len(found) == 2
        assert all(0 <= value < 25 for value in found)
        assert delays.milliseconds() == []


def test_what_was_not_stamped_is_left_out() -> None:
    sending, receiving = sessions()
    delays = Delays()
    with socket.socket(type=socket.SOCK_DGRAM) as ours, socket.socket(type=socket.SOCK_DGRAM) as theirs:
        theirs.bind(("127.0.0.1", 0))
        ours.connect(theirs.getsockname())
        (packet,) = Microphone(1, "0", TransportCounter()).packets_at(0.0, 50)
        ours.send(sending.protect(packet))
        delays.take(receiving, delays.batch.receive(theirs.fileno()))
    assert delays.milliseconds() == []
