/** What this person wants of the others' pictures: the one they need, and how much of their data it may cost. */

import { signal } from "@preact/signals";
import type { Thrift } from "./model";
import { read, write } from "./storage";
import type { Asking } from "./view";

const NEEDED = "kinroom.needed";
const THRIFT = "kinroom.thrift";

/** What a phone's decoders and battery take. */
const MOST_ON_PHONE = 4;
/** The lowest encoding of any camera fills a tile of so many lines. */
const LOW_LINES = 180;

const MOST: Readonly<Record<Thrift, number>> = { all: Infinity, low: 1, sound: 0 };

/** Of this tab: another session has other people, and its person may have found a better line. */
export class Wishes {
  readonly needed = signal(read("sessionStorage", NEEDED));
  readonly thrift = signal(parseThrift(read("sessionStorage", THRIFT)));

  setNeeded(participant: string | null): void {
    this.needed.value = participant;
    write("sessionStorage", NEEDED, participant);
  }

  setThrift(thrift: Thrift): void {
    this.thrift.value = thrift;
    write("sessionStorage", THRIFT, thrift === "all" ? null : thrift);
  }

  /** `me` and `decodable` (pictures that this device can decode) as of now. */
  asking(me: string | null, decodable: number, phone: boolean): Asking {
    const thrift = this.thrift.value;
    return {
      me,
      needed: this.needed.value,
      limit: Math.min(MOST[thrift], most(decodable, phone)),
      scale: decodable === Infinity ? 1 : 0.5,
      lines: thrift === "low" ? LOW_LINES : Infinity,
    };
  }
}

/** How many pictures at once this device takes. */
export const most = (decodable: number, phone: boolean): number => Math.min(decodable, phone ? MOST_ON_PHONE : Infinity);

const parseThrift = (text: string | null): Thrift => (text === "low" || text === "sound" ? text : "all");
