"""A DTLS client on pyOpenSSL, datagrams in memory, and tools to bend its datagrams."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from rtc.shell.dtls import PROFILES, Certificate, DtlsServer, split
from rtc.wire.description import Fingerprint

ALL_PROFILES = ":".join(PROFILES).encode()
RECORD = 13  # bytes of a record header
HANDSHAKE = 12  # bytes of a handshake header


class Client:
    """A browser's side of the handshake. Give `receive` what the server sends; it returns what to send."""

    def __init__(
        self,
        certificate: Certificate | None,
        *,
        profiles: bytes = ALL_PROFILES,
        mtu: int = 1200,
        version: int = 0xFEFD,
        ciphers: bytes | None = None,
    ) -> None:
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.set_options(SSL.OP_NO_QUERY_MTU)
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        if profiles:
            context.set_tlsext_use_srtp(profiles)
        if ciphers:
            context.set_cipher_list(ciphers)
        if certificate is not None:
            pem, key_pem = certificate.pem()
            context.use_certificate(x509.load_pem_x509_certificate(pem))
            key = serialization.load_pem_private_key(key_pem, None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            context.use_privatekey(key)
        self.ssl = SSL.Connection(context, None)
        self.ssl.set_connect_state()
        self.ssl.set_ciphertext_mtu(mtu)
        self.mtu = mtu
        self.connected = False
        self.error: SSL.Error | None = None

    def start(self) -> list[bytes]:
        return self._advance()

    def receive(self, datagram: bytes) -> list[bytes]:
        self.ssl.bio_write(datagram)
        return self._advance()

    def timeout(self) -> list[bytes]:
        self.ssl.DTLSv1_handle_timeout()
        return self._take()

    def say(self, data: bytes) -> list[bytes]:
        self.ssl.send(data)
        return self._take()

    def goodbye(self) -> list[bytes]:
        self.ssl.shutdown()
        return self._take()

    def is_told_goodbye(self) -> bool:
        return bool(self.ssl.get_shutdown() & SSL.RECEIVED_SHUTDOWN)

    def material(self, size: int) -> bytes:
        return self.ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", size)

    def _advance(self) -> list[bytes]:
        try:
            if not self.connected:
                self.ssl.do_handshake()
                self.connected = True
            while True:
                self.ssl.recv(4096)
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            self.error = error
        return self._take()

    def _take(self) -> list[bytes]:
        try:
            return split(self.ssl.bio_read(64 * 1024), self.mtu)
        except SSL.WantReadError:
            return []


def fingerprint_of(certificate: Certificate, algorithm: str = "sha-256") -> Fingerprint:
    return Fingerprint(algorithm, certificate.fingerprint)


def run(server: DtlsServer, client: Client, rounds: int = 10) -> None:
    """The handshake on a perfect network."""
    to_server = client.start()
    for _ in range(rounds):
        to_client = [answer for datagram in to_server for answer in server.receive(datagram)]
        to_server = [answer for datagram in to_client for answer in client.receive(datagram)]
        if not to_server:
            return


def fragments(datagram: bytes, *cuts: int) -> list[bytes]:
    """One handshake message in one record as several, cut at these places (RFC 6347 4.2.3)."""
    header, handshake = datagram[:RECORD], datagram[RECORD : RECORD + HANDSHAKE]
    body = datagram[RECORD + HANDSHAKE :]
    pieces = []
    for sequence, (start, end) in enumerate(zip((0, *cuts), (*cuts, len(body)), strict=True)):
        part = handshake[:6] + start.to_bytes(3, "big") + (end - start).to_bytes(3, "big") + body[start:end]
        pieces.append(header[:5] + sequence.to_bytes(6, "big") + len(part).to_bytes(2, "big") + part)
    return pieces


def renumbered(datagram: bytes, sequence: int) -> bytes:
    """Its plain records with higher sequence numbers, as a real retransmission has them."""
    result, position = bytearray(datagram), 0
    while position < len(datagram):
        if result[position + 3 : position + 5] == b"\0\0":
            own = int.from_bytes(result[position + 5 : position + 11], "big")
            result[position + 5 : position + 11] = (own + sequence).to_bytes(6, "big")
        position += RECORD + int.from_bytes(datagram[position + 11 : position + 13], "big")
    return bytes(result)
