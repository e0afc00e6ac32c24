/** Every command. All but the main one are loaded when they are called. */
import type { Command } from './command.js';
import { exec } from './exec.js';

interface Listed {
  readonly summary: string;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, Listed>> = {
  exec: {
    summary: 'run a command and measure it; the same without the word',
    load: async () => exec,
  },
  attach: {
    summary: 'measure a process that is already running, and everything it starts',
    load: async () => (await import('./attach.js')).attach,
  },
  ps: {
    summary: 'show processes and their memory, the largest first',
    load: async () => (await import('./ps.js')).ps,
  },
  kill: {
    summary: 'end a process and everything that it started',
    load: async () => (await import('./kill.js')).kill,
  },
  doctor: {
    summary: 'say what can be measured here, and why not the rest',
    load: async () => (await import('./doctor.js')).doctor,
  },
};
