/* The inner loop of the packet path: copies of a batch, each with its own numbers, protected and framed for sendmmsg.
 *
 * The same as `PythonWriter` in sending.py, which is the reference and takes over where this was not built. Plain C
 * without Python's headers: `kernel.py` loads it, lays out the structs and owns all memory.
 */
#include "kernel.h"

int kernel_version(void) { return VERSION; }

static void write_copy(uint8_t *at, const struct packet *packet, const struct target *target) {
    memcpy(at, packet->head, 2);
    write_16(at + 2, (uint16_t)(packet->sequence + target->sequence));
    write_32(at + 4, packet->timestamp + target->timestamp);
    write_32(at + 8, target->ssrc);
    memcpy(at + 12, (const uint8_t *)packet->rest, packet->rest_size);
    if (packet->picture_id_at && target->picture_id) {
        uint16_t number = (uint16_t)(packet->picture_id + target->picture_id);
        if (packet->picture_id_bits == 15)
            write_16(at + packet->picture_id_at, 0x8000 | number);
        else
            at[packet->picture_id_at] = number & 0x7F;
    }
    if (packet->tl0picidx_at && target->tl0picidx)
        at[packet->tl0picidx_at] = (uint8_t)(packet->tl0picidx + target->tl0picidx);
    if (packet->transport_at)
        write_16(at + packet->transport_at, (uint16_t)((const struct sent_log *)target->log)->next);
}

/* A copy that is ready has taken its number. */
static void note(struct sent_log *log, uint64_t now, int length) {
    uint64_t at = log->next++ % SENT_LOG;
    log->packets[at].at = (uint32_t)now;
    log->packets[at].octets = (uint16_t)(length + IP_AND_UDP);
    log->octets += log->packets[at].octets;
}

/* Whose copy is next: what goes to one address stands together, in the order of the packets. NULL: all are written. */
static struct packet *choose(struct packet *packets, uint32_t count) {
    struct packet *best = NULL;
    uint64_t best_address = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (packets[i].next == packets[i].count)
            continue;
        uint64_t address = ((const struct target *)packets[i].targets)[packets[i].next].address;
        if (best == NULL || address < best_address) {
            best = &packets[i];
            best_address = address;
        }
    }
    return best;
}

/* Write and protect copies until the arrays are full or all are done; how many there are. Call again while the
 * arrays were full. */
uint32_t fill(struct outgoing *out, struct packet *packets, uint32_t count) {
    uint32_t copies = 0;
    struct packet *packet;
    while (copies < out->capacity && (packet = choose(packets, count)) != NULL) {
        const struct target *target = (const struct target *)packet->targets + packet->next++;
        uint8_t *at = out->buffers + (size_t)copies * out->slot;
        out->lengths[copies] = 12 + packet->rest_size;
        write_copy(at, packet, target);
        protect_function protect = (protect_function)target->protect;
        if (protect((void *)target->context, at, &out->lengths[copies])) {
            out->failed++;
            continue;
        }
        if (packet->transport_at)
            note((struct sent_log *)target->log, out->now, out->lengths[copies]);
        out->vectors[copies].iov_len = (size_t)out->lengths[copies];
        out->addresses[copies] = target->address;
        copies++;
    }
    return copies;
}

/* Make messages of packets `first` to `end`; with `segments`, several to one address in one where their sizes allow it:
 * all of one size, the last one maybe shorter. How many messages there are. */
uint32_t frame(struct outgoing *out, uint32_t first, uint32_t end, int segments) {
    uint32_t messages = 0;
    while (first < end) {
        uint64_t address = out->addresses[first];
        size_t size = out->vectors[first].iov_len;
        uint32_t next = first + 1;
        if (segments) {
            uint32_t last = end - first < out->most_segments ? end : first + out->most_segments;
            while (next < last && out->addresses[next] == address && out->vectors[next].iov_len == size)
                next++;
            if (next < last && out->addresses[next] == address && out->vectors[next].iov_len < size)
                next++;
        }
        struct msghdr *header = &out->messages[messages].msg_hdr;
        header->msg_name = (void *)address;
        header->msg_iov = &out->vectors[first];
        header->msg_iovlen = next - first;
        header->msg_control = NULL;
        header->msg_controllen = 0;
        if (next - first > 1) {
            uint8_t *control = out->controls + (size_t)messages * out->control;
            uint16_t segment = (uint16_t)size;
            memcpy(control + sizeof(struct cmsghdr), &segment, sizeof segment);
            header->msg_control = control;
            header->msg_controllen = out->control;
        }
        messages++;
        first = next;
    }
    return messages;
}
