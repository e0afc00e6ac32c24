import { checked, label as labelSchema } from '../../tracker/checked-options.js';
import type { Valued } from './flag.js';

export const label: Valued<string> = {
  name: 'label',
  value: 'NAME',
  summary: 'a name for the run, kept in the result',
  read: (text) => checked(labelSchema, text),
};
