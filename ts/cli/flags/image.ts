import { defaultImage } from '../../bench/container/plan.js';
import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const image: Valued<string> = {
  name: 'image',
  value: 'REF',
  summary: `run it in a container of this image (default ${defaultImage})`,
  read(text) {
    // The engine would take it for one of its own flags.
    if (text === '' || text.startsWith('-')) throw new UsageError('must name an image');
    return text;
  },
};
