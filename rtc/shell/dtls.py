"""DTLS 1.2 server over datagrams in memory, only to agree on SRTP keys (RFC 5764, RFC 8827).

Sans-I/O towards the network: datagrams in, datagrams out. OpenSSL keeps the retransmission clock of its own.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct
from OpenSSL import SSL

from rtc.wire.description import Fingerprint

MTU: Final = 1200  # bytes of UDP payload; passes IPv6, TURN and VPN paths
DTLS_1_2: Final = 0xFEFD
CIPHERS: Final = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305"

# Best first: the server's order decides. 128-bit GCM costs the least CPU per packet.
PROFILES: Final = {  # OpenSSL's name: (key, salt) lengths in bytes (RFC 3711, RFC 7714)
    "SRTP_AEAD_AES_128_GCM": (16, 12),
    "SRTP_AEAD_AES_256_GCM": (32, 12),
    "SRTP_AES128_CM_SHA1_80": (16, 14),
}
HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {  # RFC 8122 forbids MD5; SHA-1 is no proof of anything today
    "sha-256": hashes.SHA256,
    "sha-384": hashes.SHA384,
    "sha-512": hashes.SHA512,
}
VALID_FOR: Final = datetime.timedelta(days=3 * 365)

# Until the peer has proved who it is, all it sends counts. A handshake with every flight lost thrice takes 20 KB and
# 40 datagrams; what is beyond these limits is an attack, and OpenSSL buffers what it cannot use yet.
MAX_UNPROVEN_OCTETS: Final = 128 * 1024
MAX_UNPROVEN_DATAGRAMS: Final = 256
MAX_REPEATS: Final = 6  # browsers repeat a ClientHello after 50, 100, 200 ms ...: more is left to the slower timer
MAX_TIMEOUTS: Final = 5  # OpenSSL waits 1, 2, 4, 8, 16 s: then 31 s are gone

HANDSHAKE_RECORD: Final = 22
RECORD_HEADER: Final = 13  # bytes: type, version, epoch, sequence number, length (RFC 6347 4.1)
CLIENT_HELLO: Final = 1


class SrtpKeys(Struct, frozen=True):
    """Master keys and salts of both directions (RFC 5764 4.2). `profile` is OpenSSL's name."""

    profile: str
    client_key: bytes
    client_salt: bytes
    server_key: bytes
    server_salt: bytes

    @property
    def receive(self) -> bytes:
        """Key and salt, one after the other, of what the browser sends."""
        return self.client_key + self.client_salt

    @property
    def send(self) -> bytes:
        """Key and salt, one after the other, of what we send."""
        return self.server_key + self.server_salt

    def __repr__(self) -> str:
        return f"SrtpKeys({self.profile})"


class Certificate:
    """A self-signed certificate and its key; all workers of a node share one."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key
        self.fingerprint = certificate.fingerprint(hashes.SHA256()).hex(":").upper()  # value of `sha-256` in SDP

    @classmethod
    def make(cls) -> Certificate:
        """A new ECDSA P-256 pair that says nothing about this server (RFC 8827 6.5)."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "WebRTC")])
        now = datetime.datetime.now(tz=datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))  # clocks differ
            .not_valid_after(now + VALID_FOR)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key)

    @classmethod
    def from_pem(cls, certificate_pem: bytes, private_key_pem: bytes) -> Certificate:
        """Raises ValueError when these are not a certificate and an elliptic-curve key."""
        key = serialization.load_pem_private_key(private_key_pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("not an elliptic-curve key")
        return cls(x509.load_pem_x509_certificate(certificate_pem), key)

    def pem(self) -> tuple[bytes, bytes]:
        """Certificate and private key."""
        private_key = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self._certificate.public_bytes(serialization.Encoding.PEM), private_key

    @functools.cached_property
    def context(self) -> SSL.Context:
        """OpenSSL's settings for every handshake under this certificate."""
        context = SSL.Context(SSL.DTLS_SERVER_METHOD)
        context.set_min_proto_version(DTLS_1_2)
        context.set_max_proto_version(DTLS_1_2)
        context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_cipher_list(CIPHERS)
        context.set_tlsext_use_srtp(":".join(PROFILES).encode())
        # Browsers' certificates are self-signed: only the fingerprint counts, checked when the handshake is complete.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.use_certificate(self._certificate)
        context.use_privatekey(self._key)
        return context


class DtlsServer:
    """One handshake, and the alerts after it. `keys`, `failed` and `closed` say how it stands.

    `remote_fingerprints` are those of the offer; one that matches is enough (RFC 8122 5).
    """

    def __init__(self, certificate: Certificate, remote_fingerprints: Iterable[Fingerprint]) -> None:
        self._fingerprints = list(remote_fingerprints)
        self._connection = SSL.Connection(certificate.context, None)
        self._connection.set_accept_state()
        self._connection.set_ciphertext_mtu(MTU)
        self._flight: list[bytes] = []  # the newest, kept while no answer to it has come
        self._repeats = 0
        self._timeouts = 0
        self._unproven_octets = 0
        self._unproven_datagrams = 0
        self.keys: SrtpKeys | None = None
        self.failed: str | None = None
        self.closed = False

    def receive(self, datagram: bytes) -> list[bytes]:
        """Takes any bytes; returns the datagrams to send."""
        if self.failed or self.closed or not _is_records(datagram):
            return []
        if self.keys is None and not self._afford(datagram):
            return self._fail("too much data before the handshake was complete")
        waited = bool(self._flight)
        self._connection.bio_write(datagram)
        self._advance()
        answers = self._take()
        if not answers and waited and self._flight and _ends_client_hello(datagram):
            return self._repeat()
        return answers

    def handle_timeout(self) -> list[bytes]:
        """Call when `next_timeout` has passed; too early does no harm."""
        if self.next_timeout() is None:
            return []
        try:
            self._timeouts += self._connection.DTLSv1_handle_timeout()
        except SSL.Error:
            self._timeouts = MAX_TIMEOUTS
        if self._timeouts >= MAX_TIMEOUTS:
            return self._fail("timed out")
        return self._take()

    def next_timeout(self) -> float | None:
        """Seconds from now until `handle_timeout` is due; None while nothing waits for an answer."""
        if self.keys or self.failed or self.closed:
            return None
        return self._connection.DTLSv1_get_timeout()

    def close(self) -> list[bytes]:
        """Says goodbye if there is a connection to end."""
        if self.keys is None or self.closed:
            self.closed = True
            return []
        self.closed = True
        try:
            self._connection.shutdown()
        except SSL.Error:
            return []
        return self._take()

    def _afford(self, datagram: bytes) -> bool:
        self._unproven_octets += len(datagram)
        self._unproven_datagrams += 1
        return self._unproven_octets <= MAX_UNPROVEN_OCTETS and self._unproven_datagrams <= MAX_UNPROVEN_DATAGRAMS

    def _repeat(self) -> list[bytes]:
        """Our flight again, byte for byte: whoever has a part of it drops that as a replay.

        OpenSSL itself would wait for its timer, a second or more; at 10 % loss that is one join in five.
        """
        self._repeats += 1
        return self._flight if self._repeats <= MAX_REPEATS else []

    def _advance(self) -> None:
        """Let OpenSSL read all that is there."""
        try:
            if self.keys is None:
                self._connection.do_handshake()
                self._complete()
            while not self.failed:
                self._connection.recv(MTU)  # application data: nobody here wants it
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            self._broken(error)

    def _complete(self) -> None:
        profile = self._connection.get_selected_srtp_profile().decode()
        if profile not in PROFILES:
            self._refuse("no common SRTP profile")
        elif not self._is_expected_peer():
            self._refuse("the certificate does not match the fingerprint of the offer")
        else:
            self.keys = self._export(profile)
            self._flight = []  # if the last flight is lost, OpenSSL repeats it when the browser repeats its own

    def _refuse(self, reason: str) -> None:
        """For TLS all is well, not for us: say goodbye, so that the browser need not wait."""
        self._fail(reason)
        self._connection.shutdown()

    def _is_expected_peer(self) -> bool:
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None:
            return False
        return any(
            certificate.fingerprint(HASHES[offered.algorithm]()).hex(":").upper() == offered.value.upper()
            for offered in self._fingerprints
            if offered.algorithm in HASHES
        )

    def _export(self, profile: str) -> SrtpKeys:
        key, salt = PROFILES[profile]
        material = self._connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        # RFC 5764 4.2: client key, server key, client salt, server salt
        client_key, server_key, salts = material[:key], material[key : 2 * key], material[2 * key :]
        return SrtpKeys(profile, client_key, salts[:salt], server_key, salts[salt:])

    def _broken(self, error: SSL.Error) -> None:
        if self.keys is None:
            self._fail(_reason(error))
        elif self._connection.get_shutdown() & SSL.RECEIVED_SHUTDOWN:
            self.closed = True
        # Anything else after the handshake cannot hurt: SRTP has its keys.

    def _fail(self, reason: str) -> list[bytes]:
        self.failed = reason
        self._flight = []
        return []

    def _take(self) -> list[bytes]:
        """What OpenSSL wrote, as datagrams."""
        stream = bytearray()
        try:
            while True:
                stream += self._connection.bio_read(16 * 1024)
        except SSL.Error:  # WantReadError: empty
            pass
        datagrams = split(bytes(stream))
        if datagrams and self.keys is None and not self.failed:
            self._flight = datagrams
        return datagrams


def split(stream: bytes, mtu: int = MTU) -> list[bytes]:
    """Whole records packed into as few datagrams of at most `mtu` bytes as their order allows.

    OpenSSL's memory BIO knows no datagrams: what it hands out is one record after the other.
    """
    datagrams: list[bytes] = []
    start = end = 0
    while end < len(stream):
        record_end = end + RECORD_HEADER + int.from_bytes(stream[end + 11 : end + 13], "big")
        if record_end - start > mtu and end > start:
            datagrams.append(stream[start:end])
            start = end
        end = record_end
    if start < len(stream):
        datagrams.append(stream[start:])
    return datagrams


def _is_records(datagram: bytes) -> bool:
    """Whole DTLS records and nothing else, so that garbage never reaches OpenSSL (RFC 6347 4.1.2.7: drop silently)."""
    position = 0
    while position + RECORD_HEADER <= len(datagram):
        if not 20 <= datagram[position] <= 23 or datagram[position + 1] != 0xFE:
            return False
        position += RECORD_HEADER + int.from_bytes(datagram[position + 11 : position + 13], "big")
    return position == len(datagram) and position > 0


def _ends_client_hello(datagram: bytes) -> bool:
    """Holds the last byte of a ClientHello: of its fragments only that one is answered."""
    header = datagram[RECORD_HEADER : RECORD_HEADER + 12]  # type, length, message_seq, offset, fragment length
    if datagram[0] != HANDSHAKE_RECORD or datagram[3:5] != b"\0\0" or len(header) < 12 or header[0] != CLIENT_HELLO:
        return False
    length, offset, size = (int.from_bytes(header[i : i + 3], "big") for i in (1, 6, 9))
    return offset + size == length


def _reason(error: SSL.Error) -> str:
    """OpenSSL's words for the newest error; they hold nothing of the peer's data."""
    queue = error.args[0] if error.args else []
    return str(queue[-1][-1]) if isinstance(queue, list) and queue else type(error).__name__
