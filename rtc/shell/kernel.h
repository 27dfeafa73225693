/* What the files of the C kernel share. `kernel.py` and `express.py` lay out the same structs in Python. */
#define _GNU_SOURCE /* struct mmsghdr */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define VERSION 9 /* of the structs; kernel.py has the same */

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

/* What one recvmmsg says of all its messages. */
struct stamps {
    double at;        /* Unix seconds at which the kernel took the first; 0: none came */
    uint32_t dropped; /* by the kernel since the socket was made */
    uint32_t unused;
};

/* Arrays of `capacity` packets to be sent; `slot` octets of buffer each. */
struct outgoing {
    uint8_t *buffers;
    int *lengths;
    struct iovec *vectors;
    uint64_t *addresses;
    struct mmsghdr *messages;
    uint8_t *controls;
    uint32_t capacity;
    uint32_t slot;
    uint32_t control; /* octets of control data per message */
    uint32_t most_segments;
    uint32_t failed; /* copies that could not be protected, since the start */
    uint32_t unused;
    uint64_t now;    /* microseconds */
};

typedef int (*unprotect_function)(void *context, void *packet, int *length);

struct left;
struct route;
struct publisher;

/* All routes of a worker, and the newest messages. */
struct ingest {
    uint8_t *buffers;
    uint8_t *names;
    int *lengths;
    struct mmsghdr *messages;
    struct stamps *stamps;
    struct left *left; /* one for each message that was not forwarded */
    struct route **touched; /* the routes that were, each once */
    struct packet *packets;
    uint8_t *rests; /* what follows the fixed header of each packet */
    struct publisher **publishers; /* a hash table of `mask` + 1, open addressing, never full */
    unprotect_function unprotect;
    uint32_t slot; /* octets of buffer each */
    uint32_t name; /* octets of a sockaddr */
    uint32_t mask;
    uint32_t packet_capacity;
    uint32_t rest_capacity;
    uint32_t packet_count;
    uint32_t rest_size;
    uint32_t batch; /* counts up */
    uint32_t left_count;
    uint32_t touched_count;
    uint32_t speech; /* -dBov; louder is speech (speakers.py) */
    uint32_t capacity; /* messages */
    double now; /* seconds, monotonic */
};

void ingest(struct ingest *in, uint32_t count, double now);
void note_delay(const struct ingest *in, double delay);
uint32_t fill(struct outgoing *out, struct packet *packets, uint32_t count);
uint32_t frame(struct outgoing *out, uint32_t first, uint32_t end, int segments);

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
