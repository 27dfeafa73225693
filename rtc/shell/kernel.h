/* What the files of the C kernel share. `kernel.py` and `express.py` lay out the same structs in Python. */
#define _GNU_SOURCE /* struct mmsghdr */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define VERSION 7 /* of the structs; kernel.py has the same */

/* sent_log.py: transport-wide numbers of one peer. */
enum { SENT_LOG = 8192, IP_AND_UDP = 28 };

struct sent_log {
    uint64_t next;
    uint64_t octets;
    struct {
        uint32_t at; /* microseconds */
        uint16_t octets;
        uint16_t unused;
    } packets[SENT_LOG];
};

typedef int (*protect_function)(void *context, void *packet, int *length);

/* One viewer's copies. Sorted by `address` within a fan. */
struct target {
    uint64_t protect; /* a protect_function, */
    uint64_t context; /* and what it takes first */
    uint64_t address; /* where its sockaddr lies */
    uint64_t log;     /* its peer's sent_log */
    uint32_t ssrc;
    uint32_t timestamp; /* this and those below are added */
    uint16_t sequence;
    uint16_t picture_id;
    uint8_t tl0picidx;
    uint8_t tag; /* octets that protection adds */
    uint8_t unused[2];
};

/* One packet for a fan. Offsets count from its start; 0: it has no such field. */
struct packet {
    uint64_t rest; /* all after the fixed header */
    uint64_t targets;
    uint32_t count; /* targets */
    uint32_t next;  /* the first one without a copy yet */
    uint32_t timestamp;
    uint16_t sequence;
    uint16_t rest_size;
    uint8_t head[2];
    uint16_t picture_id_at;
    uint16_t picture_id;
    uint16_t tl0picidx_at;
    uint8_t tl0picidx;
    uint8_t picture_id_bits;
    uint16_t transport_at; /* of the transport-wide number */
    uint8_t unused[4];
};

static inline uint16_t read_16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }

static inline uint32_t read_32(const uint8_t *at) { return (uint32_t)read_16(at) << 16 | read_16(at + 2); }

static inline void write_16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void write_32(uint8_t *at, uint32_t value) {
    write_16(at, (uint16_t)(value >> 16));
    write_16(at + 2, (uint16_t)value);
}
