/** A QR code as one SVG path, so that it needs no inline style, image or markup. Pure. */

import { encode } from "uqr";

/** Modules of white around the code; ISO/IEC 18004 asks for four. */
export const QUIET_ZONE = 4;

export interface QrDrawing {
  /** Modules along one side, the quiet zone included: the viewBox is `0 0 size size`. */
  readonly size: number;
  readonly path: string;
}

export function qrDrawing(text: string): QrDrawing {
  const { data, size } = encode(text, { border: QUIET_ZONE, ecc: "M" });
  return { size, path: data.map(rowPath).join("") };
}

/** Dark modules of a row as runs: `M4 7h3v1h-3z`. */
export function rowPath(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const start = x;
    while (row[x + 1]) x++;
    const width = x + 1 - start;
    path += `M${start} ${y}h${width}v1h-${width}z`;
  }
  return path;
}
