"""Who does AES-GCM for `seal.c`: intel-ipsec-mb where it is installed, else the OpenSSL of this Python.

OpenSSL takes five calls for a packet and looks up names in each: for a packet of sound half a microsecond, in which
intel-ipsec-mb has done five.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, Protocol

import structlog

from rtc.shell import libc

log = structlog.get_logger()

_IPSEC_MB: Final = "libIPSec_MB.so.1"  # Debian's package libipsec-mb1
_LEVELS: Final = {1: "sse", 2: "avx_gen4"}  # by what `gcm_level` finds in this machine
_KEY_ROOM: Final = 4096  # octets; version 1.3 has 1,008
_ALIGNED: Final = 64

libc.ffi.cdef(
    """
    struct openssl { void *init, *update, *final, *control; };
    int gcm_level(void);

    void *EVP_CIPHER_CTX_new(void);
    void EVP_CIPHER_CTX_free(void *context);
    const void *EVP_aes_128_gcm(void);
    const void *EVP_aes_256_gcm(void);
    int EVP_EncryptInit_ex(void *context, const void *cipher, void *engine, const uint8_t *key, const uint8_t *iv);
    int EVP_EncryptUpdate(void *context, uint8_t *out, int *out_size, const uint8_t *in, int in_size);
    int EVP_EncryptFinal_ex(void *context, uint8_t *out, int *out_size);
    int EVP_CIPHER_CTX_ctrl(void *context, int type, int argument, void *pointer);

    void aes_gcm_pre_128_sse(const void *key, void *prepared);
    void aes_gcm_pre_256_sse(const void *key, void *prepared);
    void aes_gcm_pre_128_avx_gen4(const void *key, void *prepared);
    void aes_gcm_pre_256_avx_gen4(const void *key, void *prepared);
    void aes_gcm_enc_128_sse(void);
    void aes_gcm_enc_256_sse(void);
    void aes_gcm_enc_128_avx_gen4(void);
    void aes_gcm_enc_256_avx_gen4(void);
    """
)


class Key(NamedTuple):
    fields: dict[str, Any]  # of `struct sealer`
    memory: object  # what they point to


class Library(Protocol):
    name: str

    def prepare(self, key: bytes) -> Key:
        """Of 16 or 32 octets. Raises ValueError if the library refuses it."""


class IpsecMb:
    name = "ipsec-mb"

    def __init__(self, level: int) -> None:
        """Raises OSError or AttributeError where there is none for this machine."""
        if level not in _LEVELS:
            raise OSError("this processor has none of its instructions")
        self._library = libc.ffi.dlopen(_IPSEC_MB)
        self._of = {
            bits // 8: (
                getattr(self._library, f"aes_gcm_pre_{bits}_{_LEVELS[level]}"),
                libc.ffi.addressof(self._library, f"aes_gcm_enc_{bits}_{_LEVELS[level]}"),
            )
            for bits in (128, 256)
        }

    def prepare(self, key: bytes) -> Key:
        prepare, encrypt = self._of[len(key)]
        memory = libc.ffi.new("uint8_t[]", _KEY_ROOM + _ALIGNED)
        start = -int(libc.ffi.cast("uintptr_t", memory)) % _ALIGNED
        prepare(key, memory + start)
        return Key({"encrypt": libc.ffi.cast("void *", encrypt), "context": memory + start}, memory)


class OpenSsl:
    name = "openssl"

    def __init__(self) -> None:
        """What Python's own module was linked to. Raises ImportError, OSError or AttributeError where that is nothing,
        as in a Python that was linked statically.
        """
        import _hashlib

        ffi = libc.ffi
        self._library = library = ffi.dlopen(_hashlib.__file__)
        names = ("EVP_EncryptInit_ex", "EVP_EncryptUpdate", "EVP_EncryptFinal_ex", "EVP_CIPHER_CTX_ctrl")
        self._functions = ffi.new("struct openssl *", [ffi.cast("void *", ffi.addressof(library, n)) for n in names])
        self._ciphers = {16: library.EVP_aes_128_gcm(), 32: library.EVP_aes_256_gcm()}

    def prepare(self, key: bytes) -> Key:
        library, null = self._library, libc.ffi.NULL
        context = libc.ffi.gc(library.EVP_CIPHER_CTX_new(), library.EVP_CIPHER_CTX_free)
        if library.EVP_EncryptInit_ex(context, self._ciphers[len(key)], null, key, null) != 1:
            raise ValueError("OpenSSL refuses the key")
        return Key({"openssl": self._functions, "context": context}, context)


def libraries(kernel: Any) -> Iterator[Library]:
    """Those that are here, the fastest first."""
    makers: tuple[Callable[[], Library], ...] = (lambda: IpsecMb(kernel.gcm_level()), OpenSsl)
    for make in makers:
        try:
            yield make()
        except (ImportError, OSError, AttributeError) as error:
            log.debug("gcm.none", error=type(error).__name__)
