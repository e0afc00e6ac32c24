import type { Switch } from './flag.js';

export const serial: Switch = {
  name: 'serial',
  summary: 'one task after the other, each with the terminal to itself',
};
