/** Whether the kernel sends process events here. */
import { loadAddon } from '../../ts/native/load.js';
import type { Lack } from './needs.js';

export function unlessEventsAreSent(): Lack | undefined {
  const { refused } = loadAddon().survey().kernelEvents;
  return refused === undefined ? undefined : { need: 'process-events', why: refused };
}
