"""No datagram makes a DTLS server raise, send more than its bound, or take somebody for authenticated.

The input is a list of datagrams, each behind two bytes of length; some tell a real client's datagram to come next.
"""

from __future__ import annotations

from typing import Final

from rtc.shell.dtls import MAX_REPEATS, Certificate, DtlsServer
from tests.unit.rtc.shell.dtls_client import Client, fingerprint_of, fragments

OURS, THEIRS = Certificate.make(), Certificate.make()
HELLO = Client(THEIRS).start()[0]
FLIGHT: Final = 900  # bytes of our longest flight
REAL: Final = 0xFFFF  # instead of a length: the real client's next datagram


def _packed(*datagrams: bytes | None) -> bytes:
    return b"".join(REAL.to_bytes(2, "big") if one is None else len(one).to_bytes(2, "big") + one for one in datagrams)


SEEDS = (
    _packed(HELLO),
    _packed(*fragments(HELLO, 40, 90)),
    _packed(HELLO, b"\x15\xfe\xfd\0\0\0\0\0\0\0\1\0\2\2\x46"),
    _packed(b"\x16\xfe\xfd\0\1" + bytes(8), HELLO, HELLO),
    _packed(None, None),
    _packed(None, b"\x14\xfe\xfd\0\0\0\0\0\0\0\1\0\1\1", None),
    _packed(None, None, b"\x15\xfe\xfd\0\1\0\0\0\0\0\1\0\2\1\0", b"\x17\xfe\xfd\0\1\0\0\0\0\0\2\0\4good"),
)


def _unpacked(data: bytes) -> list[bytes | None]:
    datagrams: list[bytes | None] = []
    position = 0
    while position + 2 <= len(data):
        length = int.from_bytes(data[position : position + 2], "big")
        position += 2
        if length == REAL:
            datagrams.append(None)
            continue
        datagrams.append(data[position : position + length])
        position += length
    return datagrams


def check(data: bytes) -> None:
    server, client = DtlsServer(OURS, [fingerprint_of(THEIRS)]), Client(THEIRS)
    waiting = client.start()
    real = sent = 0
    for datagram in _unpacked(data):
        if datagram is None:
            if not waiting:
                continue
            datagram, real = waiting.pop(0), real + 1
        answers = server.receive(datagram)
        sent += sum(map(len, answers))
        waiting += [reply for answer in answers for reply in client.receive(answer)]
        assert server.keys is None or real > 0, "nobody but the client has its key"
    if server.keys is None:
        assert sent <= (1 + MAX_REPEATS) * FLIGHT
    server.handle_timeout()
    server.close()
    assert server.next_timeout() is None
