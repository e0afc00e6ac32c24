/** Memory over time. */
import * as z from 'zod/mini';
import { bytes, described, named, text } from './described.js';

export const timeline = named(
  'Timeline',
  z.looseObject({
    atMs: described(z.array(z.number()), 'When, from the start of the run; rising.'),
    bytes: described(
      z.array(z.number()),
      'The sum at each of these times: the highest since the one before.',
    ),
  }),
  'Memory over time. Its highest point is the sampled peak.',
);

const program = named(
  'Program',
  z.looseObject({
    name: text('Name that its processes share.'),
    peakBytes: bytes('The most that they had together.'),
    timeline,
  }),
  'All processes of one name.',
);

export const programs = described(
  z.array(program),
  'The programs that had the most memory, over time.',
);
