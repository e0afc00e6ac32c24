import type { Switch } from './flag.js';

export const sql: Switch = {
  name: 'sql',
  summary: 'print the tables of the store and what is in them, for those who ask it in SQL',
};
