"""DTLS client and SRTP keys of a raw peer (RFC 5764), on pyOpenSSL's public calls."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct
from OpenSSL import SSL
from pylibsrtp import Policy, Session

MTU = 1200  # octets of a datagram

# name -> (libsrtp's profile, octets of key, octets of salt)
PROFILES = {
    b"SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AEAD_AES_256_GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
    b"SRTP_AES128_CM_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}


class DtlsError(Exception):
    """The handshake failed; the text is OpenSSL's or says what does not match."""


class Identity:
    """A key and its certificate, good for any number of peers."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "raw peer")])
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder(name, name, self.key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1))
        self.certificate = builder.sign(self.key, hashes.SHA256())

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate)


class Keys(Struct, frozen=True):
    """`ours` protects what we send, `theirs` what comes: key and salt joined."""

    profile: bytes
    ours: bytes
    theirs: bytes

    def sending(self) -> Session:
        return Session(Policy(self.ours, Policy.SSRC_ANY_OUTBOUND, srtp_profile=PROFILES[self.profile][0]))

    def receiving(self) -> Session:
        policy = Policy(self.theirs, Policy.SSRC_ANY_INBOUND, srtp_profile=PROFILES[self.profile][0])
        policy.window_size = 1024  # a sample of the packets is a stream with holes
        return Session(policy)


class DtlsClient:
    """No socket and no clock: `start`, `receive` and `handle_timeout` return datagrams to send."""

    def __init__(
        self, identity: Identity, server_fingerprint: str, profiles: Sequence[bytes] = tuple(PROFILES)
    ) -> None:
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.use_certificate(identity.certificate)
        context.use_privatekey(identity.key)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)  # self-signed: the fingerprint is what counts
        context.set_tlsext_use_srtp(b":".join(profiles))
        self._connection = SSL.Connection(context)
        self._connection.set_connect_state()
        self._connection.set_ciphertext_mtu(MTU)
        self._server_fingerprint = server_fingerprint.split()[-1].upper()
        self.keys: Keys | None = None

    def start(self) -> list[bytes]:
        return self._shake()

    def receive(self, datagram: bytes) -> list[bytes]:
        """Raises DtlsError."""
        self._connection.bio_write(datagram)
        return self._shake() if self.keys is None else self._read()

    def handle_timeout(self) -> list[bytes]:
        self._connection.DTLSv1_handle_timeout()
        return self._pending()

    @property
    def next_timeout(self) -> float | None:
        """Seconds from now."""
        return self._connection.DTLSv1_get_timeout()

    def close(self) -> list[bytes]:
        self._connection.shutdown()
        return self._pending()

    def _shake(self) -> list[bytes]:
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return self._pending()
        except SSL.Error as error:
            raise DtlsError(str(error)) from error
        self._finish()
        return self._pending()

    def _finish(self) -> None:
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None or fingerprint(certificate) != self._server_fingerprint:
            raise DtlsError("the server's certificate is not the one of its answer")
        profile = self._connection.get_selected_srtp_profile()
        if profile not in PROFILES:
            raise DtlsError("the server chose no SRTP profile")
        _, key, salt = PROFILES[profile]
        material = self._connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        client_key, server_key = material[:key], material[key : 2 * key]
        client_salt, server_salt = material[2 * key : 2 * key + salt], material[2 * key + salt :]
        self.keys = Keys(profile, client_key + client_salt, server_key + server_salt)

    def _read(self) -> list[bytes]:
        """After the handshake only alerts and repeated flights come."""
        with contextlib.suppress(SSL.Error):
            self._connection.recv(4096)
        return self._pending()

    def _pending(self) -> list[bytes]:
        """What OpenSSL wrote, one datagram per record: its memory BIO joins them."""
        try:
            written = self._connection.bio_read(65536)
        except SSL.WantReadError:
            return []
        datagrams = []
        while written:
            length = 13 + int.from_bytes(written[11:13], "big")  # RFC 6347 4.1
            datagrams.append(written[:length])
            written = written[length:]
        return datagrams


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()
