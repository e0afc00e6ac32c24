/** The task runners that record which tasks they ran. */
import type { Recorder } from './record.js';

export const recorders: readonly Recorder[] = [
  {
    sources: ['nx', 'lerna'],
    files: ['nx.json', 'lerna.json'],
    load: async () => (await import('./nx-records.js')).nxRecords,
  },
  {
    sources: ['turbo'],
    files: ['turbo.json'],
    load: async () => (await import('./turbo-records.js')).turboRecords,
  },
];
