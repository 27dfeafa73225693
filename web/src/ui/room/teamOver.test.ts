import { expect, it } from "vitest";

import type { CallSeen, Knock } from "../../session/model";
import { team } from "../../session/samples";
import { teamOver } from "./teamOver";

const call = (id: string, state: CallSeen["state"] = "open") => ({ id, state }) as CallSeen;
const knock = (id: string) => ({ id }) as Knock;

it("withdraws news of calls that are closed or taken, and of people who are let in", () => {
  const before = team({ calls: [call("private.p1"), call("private.p2"), call("come.p3")], waiting: [knock("k1"), knock("k2")] });
  const after = team({ calls: [call("private.p2", "coming"), call("come.p3", "ringing")], waiting: [knock("k2")] });
  expect(teamOver(before, after)).toEqual(["call:private.p1", "call:private.p2", "knock:k1"]);
  expect(teamOver(null, after)).toEqual([]);
  expect(teamOver(before, null)).toHaveLength(5);
});
