/** How much of a data plan a connection uses. Pure. */

/** Of IP and UDP in front of each packet; browsers leave them out. */
const HEADERS = 28;

interface StatsEntry {
  readonly type: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly packetsSent?: number;
  readonly packetsReceived?: number;
}

const octets = ({ bytesSent = 0, bytesReceived = 0, packetsSent = 0, packetsReceived = 0 }: StatsEntry): number =>
  bytesSent + bytesReceived + HEADERS * (packetsSent + packetsReceived);

/** Both ways, since the connection was made. Firefox counts on candidate pairs only, and no packets. */
export function usedOctets(stats: Iterable<StatsEntry>): number {
  let transport = 0;
  let pairs = 0;
  for (const entry of stats) {
    if (entry.type === "transport") transport += octets(entry);
    else if (entry.type === "candidate-pair") pairs += octets(entry);
  }
  return transport || pairs;
}
