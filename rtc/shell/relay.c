/* A turn of the packet path without Python: what recvmmsg brings, the ordinary packets of it, their copies, sendmmsg.
 *
 * relay.py calls it, sends what the kernel did not take, and looks at what was left.
 */
#include "kernel.h"

#include <time.h>

enum { PACKETS_AT_ONCE = 64, CONTROL = 64 /* octets of control data; libc.py has the same */ };

struct relay {
    struct ingest *in;
    struct outgoing *out;
    int32_t fd;
    uint32_t segments; /* whether a message may have several packets */
    uint32_t count;    /* messages that came */
    uint32_t start;    /* of these packets all copies are made */
    uint32_t copies;   /* that are ready; fewer than there is room for: all of the packets at hand are written */
    uint32_t messages; /* that they were framed as, */
    uint32_t sent;     /* and how many the kernel took before it refused one */
    uint32_t unused;
    double delay; /* seconds from the kernel's receipt to the send of what was ordinary of the newest; 0: nothing was */
};

static void read_stamps(struct stamps *stamps, struct msghdr *header) {
    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL; at = CMSG_NXTHDR(header, at)) {
        if (at->cmsg_level != SOL_SOCKET)
            continue;
        if (at->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(at), sizeof time);
            stamps->at = (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
        } else if (at->cmsg_type == SO_RXQ_OVFL) {
            memcpy(&stamps->dropped, CMSG_DATA(at), sizeof stamps->dropped);
        }
    }
}

static void note(struct relay *relay) {
    const struct ingest *in = relay->in;
    struct timespec now;
    if (!in->touched_count || !in->stamps->at || clock_gettime(CLOCK_REALTIME, &now))
        return;
    double delay = (double)now.tv_sec + (double)now.tv_nsec * 1e-9 - in->stamps->at;
    relay->delay = delay > 0 ? delay : 0;
    note_delay(in, relay->delay);
}

/* Send all copies that are not sent yet. How many messages came; -1: the kernel refused one, and `sent` to `messages`
 * are Python's to send before this is called again. */
int go_on(struct relay *relay) {
    struct ingest *in = relay->in;
    struct outgoing *out = relay->out;
    while (relay->start < in->packet_count) {
        uint32_t left = in->packet_count - relay->start;
        uint32_t some = left < PACKETS_AT_ONCE ? left : PACKETS_AT_ONCE;
        relay->copies = fill(out, in->packets + relay->start, some);
        if (relay->copies < out->capacity)
            relay->start += some;
        relay->messages = frame(out, 0, relay->copies, (int)relay->segments);
        relay->sent = 0;
        if (!relay->messages)
            continue;
        int sent = sendmmsg(relay->fd, out->messages, relay->messages, MSG_DONTWAIT);
        relay->sent = sent > 0 ? (uint32_t)sent : 0;
        if (relay->sent < relay->messages)
            return -1;
    }
    note(relay);
    return (int)relay->count;
}

/* Take what is there and send what is ordinary of it; the rest is `left_count` of `in`. `now`: seconds, monotonic.
 * Returns as `go_on`; 0 if nothing was there. */
int turn(struct relay *relay, double now) {
    struct ingest *in = relay->in;
    struct msghdr *first = &in->messages[0].msg_hdr;
    first->msg_controllen = CONTROL;
    int count = recvmmsg(relay->fd, in->messages, in->capacity, MSG_DONTWAIT, NULL);
    relay->count = count > 0 ? (uint32_t)count : 0;
    relay->start = 0;
    relay->delay = 0;
    if (!relay->count) {
        in->packet_count = in->left_count = in->touched_count = 0;
        return 0;
    }
    read_stamps(in->stamps, first);
    ingest(in, relay->count, now);
    relay->out->now = (uint64_t)(now * 1e6);
    return go_on(relay);
}
