/* A report of a viewer in which everything has arrived, the usual one, from its octets to slices.
 *
 * The same as `SentLog.reported` and `Slices.take` in rtc/core, which are the reference, and do all that is unusual. What
 * is read here was checked by wire/transport_feedback.py; numbers may still be of what was never sent.
 */
#include "kernel.h"

enum { MOST_SLICES = 64 };

/* bandwidth_slices.py has the same fields. Microseconds and octets. */
struct open_slice {
    int64_t next; /* number */
    int64_t end, sent_at, arrived_at, delay, octets, lost, began_at, head, gap;
};

struct stretched {
    int64_t sent_at, began_at, octets, took; /* took 0: none */
};

struct slice {
    int64_t sent_at, arrived_at, delay, octets, lost;
};

struct digest {
    int64_t length, stretched_after, even, tick; /* the reference's constants */
    struct open_slice open;
    struct stretched stretched;
    struct slice slices[MOST_SLICES];
};

uint32_t digest_size(void) { return sizeof(struct digest); }

/* Whether all of them were sent, not long ago, follow on the last report, and are told of for the first time. */
static int is_usual(const struct digest *in, const struct sent_log *log, uint32_t base, uint32_t count) {
    int64_t newest = (int64_t)log->next - 1;
    int64_t first = newest - (((uint64_t)newest - base) & 0xFFFF);
    if (!count || newest < 0 || first < 0 || first <= newest - SENT_LOG || first + count > newest + 1)
        return 0;
    if (first != in->open.next)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        if (!log->packets[(first + i) & (SENT_LOG - 1)].octets)
            return 0;
    return 1;
}

static void note_stretched(struct digest *in, struct open_slice *open) {
    int64_t took = open->arrived_at - open->began_at;
    if (!open->end || took < in->stretched_after || took < in->even * open->gap)
        return;
    in->stretched = (struct stretched){open->sent_at, open->began_at, open->octets - open->head, took};
    open->began_at = open->arrived_at;
    open->head = open->octets;
    open->gap = 0;
}

/* How many slices are complete now; -1 if the report is unusual, or they are too many: then nothing has changed.
 *
 * `now`: microseconds of our clock. `at`: from where on `ticks` count, microseconds of the viewer's. */
int digest(struct digest *in, struct sent_log *log, uint64_t now, uint32_t base, int64_t at, const uint8_t *ticks,
           uint32_t count) {
    if (!is_usual(in, log, base, count))
        return -1;
    struct open_slice open = in->open;
    int slices = 0;
    in->stretched.took = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = (uint32_t)((uint64_t)(in->open.next + i) & (SENT_LOG - 1));
        int64_t sent = (int64_t)(now - (uint32_t)((uint32_t)now - log->packets[place].at));
        int64_t octets = log->packets[place].octets;
        at += ticks[i] * in->tick;
        if (sent < open.end) {
            open.octets += octets;
            if (at - sent < open.delay)
                open.delay = at - sent;
            if (at > open.arrived_at) {
                if (at - open.arrived_at > open.gap)
                    open.gap = at - open.arrived_at;
                open.arrived_at = at;
            }
            continue;
        }
        if (open.end) {
            if (slices == MOST_SLICES)
                return -1;
            note_stretched(in, &open);
            in->slices[slices++] = (struct slice){open.sent_at, open.arrived_at, open.delay, open.octets, open.lost};
        }
        open = (struct open_slice){
            .end = sent + in->length, .sent_at = sent, .arrived_at = at, .delay = at - sent,
            .octets = octets, .began_at = at, .head = octets,
        };
    }
    note_stretched(in, &open);
    for (uint32_t i = 0; i < count; i++)
        log->packets[(uint64_t)(in->open.next + i) & (SENT_LOG - 1)].octets = 0;
    open.next = in->open.next + count;
    in->open = open;
    return slices;
}
