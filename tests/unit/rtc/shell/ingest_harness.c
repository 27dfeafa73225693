/* Feeds `ingest` with packets that lie, each in memory of exactly its size. argv[1]: how many. Prints how many were
 * forwarded, opened and left untouched. */
#include "ingest.c"

#include <stdio.h>
#include <stdlib.h>

static uint32_t state = 1;

static uint32_t below(uint32_t limit) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
}

/* In place of SRTP: a tag of 16 octets that nobody looks at. */
static int unprotect(void *context, void *packet, int *length) {
    (void)context, (void)packet;
    if (*length < 28)
        return 1;
    *length -= 16;
    return 0;
}

int main(int count, char **arguments) {
    long rounds = count > 1 ? atol(arguments[1]) : 1000;
    double left[2];
    struct publisher publisher = {.left = left, .count = 1};
    struct publisher *publishers[4] = {0};
    uint8_t names[24] = {7};
    int length = 0;
    struct mmsghdr message = {0};
    struct left leftover;
    struct route *touched[1];
    struct arrival arrivals[MOST_ARRIVALS];
    uint8_t *kept = malloc(KEPT * LARGEST);
    struct packet packets[8];
    uint8_t rests[4096];
    struct ingest in = {
        .names = names, .lengths = &length, .messages = &message, .left = &leftover, .touched = touched,
        .packets = packets,
        .rests = rests, .publishers = publishers, .unprotect = unprotect, .name = 24, .mask = 3,
        .packet_capacity = 8, .rest_capacity = sizeof rests,
    };
    publisher.destination = names;
    publisher.arrivals = arrivals;
    publishers[address_hash(names) & in.mask] = &publisher;
    long seen[4] = {0};
    for (long i = 0; i < rounds; i++) {
        struct route route = {.ssrc = 5, .expected = 9, .open = 1, .is_video = (uint8_t)below(2), .payload_type = 96,
                              .level_id = (uint8_t)below(3), .transport_id = 3, .flow_count = (uint8_t)below(5)};
        for (uint32_t flow = 0; flow < route.flow_count; flow++)
            route.flows[flow] = (struct flow){.block_size = (uint8_t)(8 * below(5)), .level_at = 0, .payload_type = 111};
        publisher.routes[0] = &route;
        uint32_t size = 1 + below(below(4) ? 80 : 1600);
        uint8_t *data = malloc(size);
        for (uint32_t at = 0; at < size; at++)
            data[at] = below(3) ? (uint8_t)below(256) : (uint8_t)(below(4) << 4 | below(3));
        uint8_t head[16] = {below(2) ? 0x90 : 0x80, 96, 0, 9, 0, 0, 0, 0, 0, 0, 0, 5, 0xBE, 0xDE, 0, (uint8_t)below(6)};
        if (!below(3))
            head[12] = 0x10, head[13] = 0x00;
        if (below(20))
            memcpy(data, head, size < sizeof head ? size : sizeof head);
        left[0] = left[1] = 1e6;
        message.msg_len = size;
        in.buffers = data;
        in.slot = size;
        /* As if nobody had settled for long, now and then. */
        route.ledger.packets = below(KEPT + 1);
        route.kept = below(2) ? kept : NULL;
        publisher.arrival_count = below(MOST_ARRIVALS + 1);
        ingest(&in, 1, (double)i);
        note_delay(&in, 0.001);
        seen[in.left_count ? leftover.status : FORWARDED]++;
        free(data);
    }
    free(kept);
    printf("%ld %ld %ld\n", seen[FORWARDED], seen[OPENED], seen[UNTOUCHED]);
    return 0;
}
