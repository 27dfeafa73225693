import { expect, test } from "vitest";
import { usedOctets } from "./usage";

test("both ways, with the headers that browsers leave out", () => {
  const transport = { type: "transport", bytesSent: 1000, bytesReceived: 3000, packetsSent: 2, packetsReceived: 4 };
  const pair = { type: "candidate-pair", bytesSent: 1000, bytesReceived: 3000 };
  expect(usedOctets([pair, transport])).toBe(4000 + 6 * 28);
  expect(usedOctets([pair, { ...pair, bytesSent: 500, bytesReceived: 0 }])).toBe(4500);
  expect(usedOctets([{ type: "inbound-rtp", bytesReceived: 99 }])).toBe(0);
});
