/* Ordinary packets, from what recvmmsg brought to what `fill` sends: no look by Python is needed for them.
 *
 * Ordinary is a packet of an open route that is next in order, has a payload and no padding, begins no key frame, and has
 * nothing unusual in its header. The others are left to media.py, which does the same for every packet, and is the
 * reference. Lengths and offsets are checked against the packet's end throughout: strangers write what is read here.
 */
#include "kernel.h"

enum { SMALLEST = 12, LARGEST = 1500 }; /* octets of a datagram; media.py has the same */
enum { ADDRESS = 24 };                  /* octets of a sockaddr that matter: libc.ADDRESS_KEY */

enum status {
    UNTOUCHED = 0, /* as it came */
    OPENED = 1,    /* admitted by the budget and unprotected */
    FORWARDED = 2, /* and put among the packets */
    FAILED = 3,    /* admitted, not authentic */
};

/* A message that was not forwarded. */
struct left {
    uint16_t message;
    uint8_t status;
    uint8_t error; /* of libsrtp */
};

/* What a route has forwarded since its ledger was settled. The first four go on from there: receive_log.py. */
struct ledger {
    double last_arrival; /* seconds; below zero: none yet */
    double transit;      /* clock units */
    double jitter;
    double largest_gap;  /* seconds between two arrivals */
    double last_delay;   /* seconds from the kernel's receipt to the send, of the newest batch with a packet of it */
    double largest_hold; /* by how much that grew from one to the next */
    uint64_t octets;
    uint64_t payload; /* octets */
    uint32_t packets;
    uint32_t timestamp; /* of the newest */
    uint32_t heard;     /* packets with an audio level, */
    uint32_t active;    /* those of speech, */
    uint32_t loudness;  /* and the sum of theirs, in dB above silence */
    uint32_t unused;
};

struct arrival {
    uint64_t at; /* microseconds */
    uint16_t number; /* transport-wide */
    uint16_t unused[3];
};

/* More than come in the 100 ms between two settlements; a packet without room here is left to Python, which settles. */
enum { KEPT = 256, MOST_ARRIVALS = 512 };

enum { MOST_FLOWS = 4, MOST_ROUTES = 16, SOURCES = 4, LARGEST_BLOCK = 32 };

/* The viewers of one receiver class. */
struct flow {
    uint64_t targets;
    uint32_t count;
    uint8_t payload_type;
    uint8_t block_size;   /* octets of the header extensions, 0: none */
    uint8_t level_at;     /* in the block, 0: no audio level */
    uint8_t transport_at; /* in the packet, 0: no transport-wide number */
    uint8_t block[LARGEST_BLOCK];
};

/* One incoming SSRC. */
struct route {
    uint32_t ssrc;
    uint16_t expected;
    uint8_t open;
    uint8_t is_video;
    uint8_t payload_type;
    uint8_t level_id;     /* 0: none is expected */
    uint8_t transport_id; /* 0: none was agreed on */
    uint8_t flow_count;
    uint8_t source; /* all encodings of one have the same */
    uint32_t batch; /* the newest with a packet of it */
    double clock_rate; /* Hz */
    struct ledger ledger;
    uint8_t *kept; /* KEPT packets of LARGEST octets, since the ledger was settled; NULL: none are kept */
    uint16_t kept_lengths[KEPT];
    struct flow flows[MOST_FLOWS];
};

/* One peer, where it is now. */
struct publisher {
    const uint8_t *destination; /* its sockaddr, written over when it moves */
    void *context;    /* of libsrtp */
    double *left;     /* packets and octets that it may still send (budget.py) */
    struct arrival *arrivals; /* MOST_ARRIVALS */
    uint32_t arrival_count;
    double heard_at; /* seconds */
    uint32_t count;
    uint32_t passed; /* a batch in which a packet was left to Python that may be of any of these */
    /* The same by source: the later ones of all its encodings follow the one that was left, so that order is kept. A key
     * frame of one may end what a viewer gets of another. */
    uint32_t passed_by[SOURCES];
    struct route *routes[MOST_ROUTES];
};

/* What a packet says of itself. */
struct fields {
    int level;     /* the octet of RFC 6464, -1: none */
    int transport; /* the transport-wide number, -1: none */
    uint32_t timestamp;
    uint32_t length; /* octets of the packet, without SRTP's tag */
    uint32_t payload;
};

uint32_t route_size(void) { return sizeof(struct route); }
uint32_t ledger_size(void) { return sizeof(struct ledger); }

/* Spread over the table by the port and all of the address. */
uint32_t address_hash(const uint8_t *address) {
    uint64_t words[ADDRESS / 8];
    memcpy(words, address, ADDRESS);
    uint64_t mixed = words[0] * 0x9E3779B97F4A7C15u;
    mixed = ((mixed ^ words[1]) * 0x9E3779B97F4A7C15u) ^ mixed >> 32;
    mixed = ((mixed ^ words[2]) * 0x9E3779B97F4A7C15u) ^ mixed >> 32;
    return (uint32_t)(mixed >> 40);
}

/* Who moved is not found at either address, until it is put into the table anew. */
static struct publisher *find_publisher(const struct ingest *in, const uint8_t *address) {
    for (uint32_t at = address_hash(address) & in->mask; in->publishers[at] != NULL; at = (at + 1) & in->mask)
        if (!memcmp(in->publishers[at]->destination, address, ADDRESS))
            return in->publishers[at];
    return NULL;
}

static struct route *find_route(const struct publisher *publisher, uint32_t ssrc) {
    for (uint32_t i = 0; i < publisher->count; i++)
        if (publisher->routes[i]->ssrc == ssrc)
            return publisher->routes[i];
    return NULL;
}

/* Audio level and transport-cc number (RFC 8285; RFC 6464; the last of a kind counts). Where the payload starts; 0 for
 * what is broken or unusual. */
static uint32_t read_header(const uint8_t *data, uint32_t length, const struct route *route, struct fields *fields) {
    fields->level = -1;
    fields->transport = -1;
    if (data[0] != 0x80 && data[0] != 0x90) /* version 2, maybe an extension; no padding, no CSRCs */
        return 0;
    uint32_t start = 12;
    if (data[0] & 0x10) {
        uint32_t at = 16;
        if (at > length)
            return 0;
        uint16_t profile = read_16(data + 12);
        start = at + 4u * read_16(data + 14);
        if (start > length)
            return 0;
        int two = (profile & 0xFFF0) == 0x1000;
        if (profile != 0xBEDE && !two)
            return 0;
        while (at < start) {
            if (!data[at]) { /* padding between elements */
                at++;
                continue;
            }
            uint32_t id = two ? data[at] : data[at] >> 4;
            if (!two && (id == 0 || id == 15))
                return 0;
            if (two && at + 1 == start)
                return 0;
            uint32_t size = two ? data[at + 1] : (data[at] & 0x0Fu) + 1u;
            at += two ? 2 : 1;
            if (at + size > start)
                return 0;
            if (route->level_id && id == route->level_id)
                fields->level = size ? data[at] : -1;
            if (route->transport_id && id == route->transport_id) {
                if (size < 2)
                    return 0;
                fields->transport = read_16(data + at);
            }
            at += size;
        }
    }
    return route->level_id && fields->level < 0 ? 0 : start;
}

/* The picture fields of a VP8 payload descriptor (RFC 7741 4.2), as offsets into the payload. 0 if it is cut short or
 * begins a key frame. */
static int read_vp8(const uint8_t *data, uint32_t size, struct packet *packet) {
    uint32_t at = 1;
    if (data[0] & 0x80) {
        if (size < 2)
            return 0;
        uint8_t present = data[1];
        at = 2;
        if (present & 0x80) {
            if (at >= size)
                return 0;
            packet->picture_id_at = (uint16_t)at;
            packet->picture_id = data[at];
            packet->picture_id_bits = 7;
            if (data[at] & 0x80) {
                if (++at >= size)
                    return 0;
                packet->picture_id = (uint16_t)((packet->picture_id & 0x7F) << 8 | data[at]);
                packet->picture_id_bits = 15;
            }
            at++;
        }
        if (present & 0x40) {
            if (at >= size)
                return 0;
            packet->tl0picidx_at = (uint16_t)at;
            packet->tl0picidx = data[at++];
        }
        if (present & 0x30 && at++ >= size)
            return 0;
    }
    int begins_frame = (data[0] & 0x17) == 0x10;
    return !(begins_frame && at < size && !(data[at] & 0x01));
}

/* One entry for each flow. 0 if there is no room left. */
static int put(struct ingest *in, const struct route *route, const struct fields *fields, const uint8_t *data,
               uint32_t start, const struct packet *common) {
    uint32_t room = 0;
    for (uint32_t i = 0; i < route->flow_count; i++)
        room += route->flows[i].block_size + fields->payload;
    if (in->packet_count + route->flow_count > in->packet_capacity || in->rest_size + room > in->rest_capacity)
        return 0;
    for (uint32_t i = 0; i < route->flow_count; i++) {
        const struct flow *flow = &route->flows[i];
        struct packet *packet = &in->packets[in->packet_count++];
        uint8_t *rest = in->rests + in->rest_size;
        *packet = *common;
        packet->rest = (uint64_t)(uintptr_t)rest;
        packet->rest_size = (uint16_t)(flow->block_size + fields->payload);
        packet->targets = flow->targets;
        packet->count = flow->count;
        packet->head[0] = flow->block_size ? 0x90 : 0x80;
        packet->head[1] = (uint8_t)((data[1] & 0x80) | flow->payload_type);
        uint16_t shift = (uint16_t)(12 + flow->block_size);
        if (packet->picture_id_at)
            packet->picture_id_at = (uint16_t)(packet->picture_id_at + shift);
        if (packet->tl0picidx_at)
            packet->tl0picidx_at = (uint16_t)(packet->tl0picidx_at + shift);
        packet->transport_at = flow->transport_at;
        memcpy(rest, flow->block, flow->block_size);
        if (flow->level_at)
            rest[flow->level_at] = (uint8_t)fields->level;
        memcpy(rest + flow->block_size, data + start, fields->payload);
        in->rest_size += packet->rest_size;
    }
    return 1;
}

/* As receive_log.py has it: RFC 3550 6.4.1. */
static void note_arrival(struct ledger *ledger, double now, double clock_rate, uint32_t timestamp) {
    double transit = now * clock_rate - timestamp;
    if (ledger->last_arrival >= 0) {
        double gap = now - ledger->last_arrival, change = transit - ledger->transit;
        if (gap > ledger->largest_gap)
            ledger->largest_gap = gap;
        if (change < 0)
            change = -change;
        if (change < clock_rate * 10)
            ledger->jitter += (change - ledger->jitter) / 16;
    }
    ledger->transit = transit;
    ledger->last_arrival = now;
}

static void keep_books(struct ingest *in, struct publisher *publisher, struct route *route, const struct fields *fields,
                       const uint8_t *data) {
    struct ledger *ledger = &route->ledger;
    note_arrival(ledger, in->now, route->clock_rate, fields->timestamp);
    if (route->kept != NULL) {
        memcpy(route->kept + (size_t)ledger->packets * LARGEST, data, fields->length);
        route->kept_lengths[ledger->packets] = (uint16_t)fields->length;
    }
    ledger->packets++;
    ledger->octets += fields->length;
    ledger->payload += fields->payload;
    ledger->timestamp = fields->timestamp;
    if (fields->level >= 0) {
        uint32_t level = (uint32_t)fields->level & 0x7F;
        ledger->heard++;
        if (level <= in->speech) {
            ledger->active++;
            ledger->loudness += 127 - level;
        }
    }
    if (fields->transport >= 0)
        publisher->arrivals[publisher->arrival_count++] =
            (struct arrival){.at = (uint64_t)(in->now * 1e6), .number = (uint16_t)fields->transport};
    publisher->heard_at = in->now;
    if (route->batch != in->batch) {
        route->batch = in->batch;
        in->touched[in->touched_count++] = route;
    }
}

/* How far it went with message `i`. */
static enum status take_from(struct ingest *in, uint32_t i, struct publisher *publisher, struct route *route,
                             uint8_t *error) {
    uint32_t length = in->messages[i].msg_len;
    uint8_t *data = in->buffers + (size_t)i * in->slot;
    if (!route->open || read_16(data + 2) != route->expected || (data[1] & 0x7F) != route->payload_type)
        return UNTOUCHED;
    if (publisher->arrival_count == MOST_ARRIVALS || (route->kept != NULL && route->ledger.packets == KEPT))
        return UNTOUCHED;
    struct fields fields;
    uint32_t start = read_header(data, length, route, &fields);
    if (!start || publisher->left[0] < 1 || publisher->left[1] < length)
        return UNTOUCHED;
    publisher->left[0] -= 1;
    publisher->left[1] -= length;
    in->lengths[i] = (int)length;
    int failed = in->unprotect(publisher->context, data, &in->lengths[i]);
    if (failed) {
        *error = (uint8_t)failed;
        return FAILED;
    }
    if (in->lengths[i] <= (int)start)
        return OPENED;
    fields.length = (uint32_t)in->lengths[i];
    fields.payload = fields.length - start;
    fields.timestamp = read_32(data + 4);
    struct packet common = {.sequence = read_16(data + 2), .timestamp = fields.timestamp};
    if (route->is_video && !read_vp8(data + start, fields.payload, &common))
        return OPENED;
    if (!put(in, route, &fields, data, start, &common))
        return OPENED;
    route->expected++;
    keep_books(in, publisher, route, &fields, data);
    return FORWARDED;
}

static enum status take(struct ingest *in, uint32_t i, uint8_t *error) {
    uint32_t length = in->messages[i].msg_len;
    uint8_t *data = in->buffers + (size_t)i * in->slot;
    if (length < SMALLEST || length > LARGEST || (data[1] >= 192 && data[1] < 224))
        return UNTOUCHED; /* RFC 5761 4: that is RTCP */
    struct publisher *publisher = find_publisher(in, in->names + (size_t)i * in->name);
    if (publisher == NULL || publisher->passed == in->batch)
        return UNTOUCHED;
    struct route *route = find_route(publisher, read_32(data + 8));
    if (route == NULL) {
        publisher->passed = in->batch;
        return UNTOUCHED;
    }
    if (publisher->passed_by[route->source] == in->batch)
        return UNTOUCHED;
    enum status status = take_from(in, i, publisher, route, error);
    if (status != FORWARDED)
        publisher->passed_by[route->source] = in->batch;
    return status;
}

/* Take what is ordinary of `count` messages that came by `now`, and keep the books of it: `packet_count` packets for
 * `fill`, and `left_count` messages that need a look. */
void ingest(struct ingest *in, uint32_t count, double now) {
    in->packet_count = in->rest_size = in->left_count = in->touched_count = 0;
    in->batch++;
    in->now = now;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t error = 0;
        enum status status = take(in, i, &error);
        if (status != FORWARDED)
            in->left[in->left_count++] = (struct left){(uint16_t)i, (uint8_t)status, error};
    }
}

/* How long the newest batch took, from the kernel's receipt to the send. Seconds. */
void note_delay(const struct ingest *in, double delay) {
    for (uint32_t i = 0; i < in->touched_count; i++) {
        struct ledger *ledger = &in->touched[i]->ledger;
        double hold = delay - ledger->last_delay;
        if (hold > ledger->largest_hold)
            ledger->largest_hold = hold;
        ledger->last_delay = delay;
    }
}
