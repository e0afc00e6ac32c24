/** Memory over time. */
import * as z from 'zod/mini';
import { bytes, described, text } from './described.js';

export const timeline = described(
  z.looseObject({
    atMs: described(z.array(z.number()), 'When, from the start of the run; rising.'),
    bytes: described(z.array(z.number()), 'The sum at that time, the highest of its stretch.'),
  }),
  'The course of the sum. Its highest point is the peak that was sampled.',
);

export const programs = described(
  z.array(
    z.looseObject({
      name: text('Name that its processes share.'),
      peakBytes: bytes('The most that they had together.'),
      timeline,
    }),
  ),
  'The programs that had the most memory, over time.',
);
