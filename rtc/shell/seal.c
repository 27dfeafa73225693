/* AES-GCM of outgoing media (RFC 7714), through intel-ipsec-mb or OpenSSL's EVP (gcm.py).
 *
 * The same octets as libsrtp's, which protects under the other profiles and wherever this cannot be used. What is gained
 * is memory: a context of libsrtp for each stream has a key of its own, and of twenty viewers no cache holds them all.
 * Here a stream is three cache lines, and the key is one peer's.
 */
#include "kernel.h"

enum { SALT = 12, SEALED_BY = 16, HEADER = 12, GET_TAG = 0x10 /* EVP_CTRL_AEAD_GET_TAG */ };
enum { WINDOW = 1024, WORDS = WINDOW / 64 + 1 }; /* packets; srtp.py has the same */
enum { CIPHER_FAILED = 8, REPLAYED = 9, TOO_OLD = 10 }; /* libsrtp's numbers */

#define MOST_INDEX ((uint64_t)1 << 48)

/* OpenSSL's functions; what they take and return is in EVP_EncryptInit(3). */
struct openssl {
    int (*init)(void *context, const void *cipher, void *engine, const uint8_t *key, const uint8_t *iv);
    int (*update)(void *context, uint8_t *out, int *out_size, const uint8_t *in, int in_size);
    int (*final)(void *context, uint8_t *out, int *out_size);
    int (*control)(void *context, int type, int argument, void *pointer);
};

/* intel-ipsec-mb's, all in one: `aes_gcm_enc_128_sse` in intel-ipsec-mb.h, and its kind. */
typedef void (*encrypt_function)(const void *key, void *state, uint8_t *out, const uint8_t *in, uint64_t size,
                                 const uint8_t *iv, const uint8_t *head, uint64_t head_size, uint8_t *tag,
                                 uint64_t tag_size);

enum { STATE = 512, ALIGNED = 64 }; /* octets: version 1.3 keeps 88 of state */

/* All that leaves for one peer. */
struct sealer {
    encrypt_function encrypt;      /* NULL: by OpenSSL */
    const struct openssl *openssl;
    void *context; /* the key as `encrypt` wants it, or an EVP_CIPHER_CTX with it */
    uint8_t salt[SALT];
    uint8_t unused[4];
};

/* One SSRC. */
struct sealed {
    struct sealer *sealer;
    uint64_t next;        /* after the highest index (RFC 3711 3.3.1: roll-overs and sequence number) so far */
    uint64_t used[WORDS]; /* indices, a bit each; a ring, as in RFC 6479 */
    uint32_t ssrc;
    uint32_t unused;
};

uint32_t sealer_size(void) { return sizeof(struct sealer); }
uint32_t sealed_size(void) { return sizeof(struct sealed); }

/* Mark an index as used. Two packets under one would give the key away (RFC 7714 8.1). */
static int use(struct sealed *stream, uint64_t index) {
    uint64_t word = index / 64;
    if (index >= stream->next) {
        uint64_t before = stream->next ? (stream->next - 1) / 64 : 0;
        uint64_t more = word - before < WORDS ? word - before : WORDS;
        for (uint64_t i = 0; i < more; i++)
            stream->used[(word - i) % WORDS] = 0;
        stream->next = index + 1;
    } else if (index + WINDOW < stream->next) {
        return TOO_OLD;
    }
    uint64_t *bits = &stream->used[word % WORDS], bit = (uint64_t)1 << index % 64;
    if (*bits & bit)
        return REPLAYED;
    *bits |= bit;
    return 0;
}

/* Octets of an RTP packet before its payload, 0 if it is cut short. */
static uint32_t header_size(const uint8_t *data, uint32_t length) {
    if (length < HEADER)
        return 0;
    uint32_t size = HEADER + 4u * (data[0] & 0x0F);
    if (data[0] & 0x10) {
        if (size + 4 > length)
            return 0;
        size += 4 + 4u * read_16(data + size + 2);
    }
    return size <= length ? size : 0;
}

/* Which of intel-ipsec-mb's functions this machine has the instructions for: 2 with AVX2, 1 with SSE 4.2, 0 none. */
int gcm_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("aes") || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.2"))
        return 0;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") ? 2 : 1;
#else
    return 0;
#endif
}

/* In place; the tag follows. Whether it was done. */
static int encrypt(const struct sealer *sealer, const uint8_t *iv, uint8_t *data, int start, int payload) {
    uint8_t *from = data + start, *tag = from + payload;
    if (sealer->encrypt != NULL) {
        _Alignas(ALIGNED) uint8_t state[STATE];
        sealer->encrypt(sealer->context, state, from, from, (uint64_t)payload, iv, data, (uint64_t)start, tag, SEALED_BY);
        return 1;
    }
    const struct openssl *openssl = sealer->openssl;
    int size;
    return openssl->init(sealer->context, NULL, NULL, NULL, iv) == 1 &&
           openssl->update(sealer->context, NULL, &size, data, start) == 1 &&
           (!payload || openssl->update(sealer->context, from, &size, from, payload) == 1) &&
           openssl->final(sealer->context, tag, &size) == 1 &&
           openssl->control(sealer->context, GET_TAG, SEALED_BY, tag) == 1;
}

/* A `protect_function`: there is room for the tag after the packet. */
int seal(void *context, void *packet, int *length) {
    struct sealed *stream = context;
    const struct sealer *sealer = stream->sealer;
    uint8_t *data = packet;
    uint32_t start = *length > 0 ? header_size(data, (uint32_t)*length) : 0;
    /* Under another SSRC the index would be another stream's. */
    if (!start || read_32(data + 8) != stream->ssrc)
        return CIPHER_FAILED;

    uint16_t sequence = read_16(data + 2);
    uint64_t index = sequence;
    if (stream->next) {
        int16_t ahead = (int16_t)(sequence - (uint16_t)(stream->next - 1));
        if (ahead < 0 && stream->next - 1 < (uint64_t)-ahead)
            return TOO_OLD; /* before the very first */
        index = stream->next - 1 + (uint64_t)(int64_t)ahead;
    }
    if (index >= MOST_INDEX)
        return CIPHER_FAILED;
    int error = use(stream, index);
    if (error)
        return error;

    uint8_t iv[SALT] = {0};
    memcpy(iv + 2, data + 8, 4);
    write_32(iv + 6, (uint32_t)(index >> 16));
    write_16(iv + 10, sequence);
    for (int i = 0; i < SALT; i++)
        iv[i] ^= sealer->salt[i];

    if (!encrypt(sealer, iv, data, (int)start, *length - (int)start))
        return CIPHER_FAILED;
    *length += SEALED_BY;
    return 0;
}
