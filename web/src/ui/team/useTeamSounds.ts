import { useEffect, useRef } from "preact/hooks";

import { Chime, knocked, rings } from "../../media/chime";
import type { Team } from "../../session/model";

/** A knock sounds once, a call that nobody takes rings. `silent`: another device of the same person sounds. */
export function useTeamSounds(team: Team | null, silent = false): void {
  const chime = useRef<Chime | null>(null);
  useEffect(() => {
    const made = (chime.current = new Chime());
    const wake = () => made.wake();
    wake();
    document.addEventListener("pointerdown", wake);
    document.addEventListener("keydown", wake);
    return () => {
      document.removeEventListener("pointerdown", wake);
      document.removeEventListener("keydown", wake);
      made.close();
    };
  }, []);

  const before = useRef<Team | null>(null);
  useEffect(() => {
    if (team && !silent && knocked(before.current, team)) chime.current?.knock();
    before.current = team;
  }, [team]);

  const ringing = !silent && rings(team);
  useEffect(() => chime.current?.ring(ringing), [ringing]);
}
