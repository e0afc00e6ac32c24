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
};
