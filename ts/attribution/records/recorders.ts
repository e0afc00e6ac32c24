/** The task runners that record which tasks they ran. */
import { nxRecords } from './nx-records.js';
import type { Recorder } from './record.js';
import { turboRecords } from './turbo-records.js';

export const recorders: readonly Recorder[] = [
  {
    sources: ['nx', 'lerna'],
    files: ['nx.json', 'lerna.json'],
    read: nxRecords,
  },
  {
    sources: ['turbo'],
    files: ['turbo.json'],
    read: turboRecords,
  },
];
