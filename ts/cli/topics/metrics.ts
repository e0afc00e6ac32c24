import type { Topic } from './topic.js';

export const metricsTopic: Topic = {
  summary: 'what the numbers mean',
  sections: [
    'The peak is the memory that the command needs, with everything that it has started, at the ' +
      'worst instant: every page counts once, however many processes share it. Heaps, shared ' +
      'memory, programs and mapped files count; files that were only read do not.',
    'Other numbers can be asked for with --metric, and are never compared with that one:',
    [
      ['unique', 'every page once; the default (--metric auto)'],
      ['rss', 'resident memory: a page that several processes share counts in each of them'],
      [
        'pss',
        'proportional memory: a shared page is divided among all that have it, also among ' +
          'processes that are not part of the command',
      ],
    ],
    'The summary says how sure the peak is:',
    [
      ['1.4GB, exact', 'it cannot have been higher or lower'],
      ['1.4GB, exact within 3%', 'the true peak is at most 3 % away'],
      ['1.4GB, at most 1.9GB', 'the true peak is between the two'],
      ['about 1.4GB, 1GB to 1.9GB', 'the true peak is between the last two'],
      ['at least 1.4GB', 'it may have been higher, and there is no useful bound'],
    ],
    'Kernel: where the run has a control group of its own, ' +
      'what the kernel has counted in it. That has no gaps, contains files that were read, ' +
      'and leaves out what was in memory before.',
    'Container limit: the peak, what the kernel needs beside it, and a quarter more, rounded up; ' +
      'never less than a runtime such as Node needs to start.',
    'Sizes have base 1024: 1GB is 1024MB.',
  ],
};
