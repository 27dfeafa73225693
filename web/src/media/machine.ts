/** What this device can be asked to do. Pure. */

export interface Machine {
  readonly phone: boolean;
  /** Encodes 1280x720 in three sizes beside everything else. */
  readonly strong: boolean;
}

/** Below this many cores a page that encodes 720p stutters. */
const STRONG_CORES = 4;

/** `cores`: navigator.hardwareConcurrency. Android tablets leave "Mobile" out, iPads call themselves a Mac. */
export function machineOf(userAgent: string, cores: number): Machine {
  const phone = /iPhone|iPod/.test(userAgent) || (/Android/.test(userAgent) && /Mobile/.test(userAgent));
  return { phone, strong: !phone && cores >= STRONG_CORES };
}

export const thisMachine = (): Machine => machineOf(navigator.userAgent, navigator.hardwareConcurrency);
