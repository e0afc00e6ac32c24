/** Names of signals. */
import { constants } from 'node:os';

/** `SIGKILL` for 9; real-time signals have numbers only, as in `SIG40`. */
export function signalName(number: number): string {
  for (const [name, value] of Object.entries(constants.signals)) {
    if (value === number) return name;
  }
  return `SIG${number}`;
}
