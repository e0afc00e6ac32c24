import type { Topic } from './topic.js';

export const metricsTopic: Topic = {
  summary: 'what the numbers mean',
  sections: [
    'The peak is the highest sum over the command and everything that it has started, at one ' +
      'instant. Threads are never counted as processes.',
    [
      ['RSS', 'resident memory; a page that several processes share counts in each of them'],
      ['PSS', 'proportional memory; such a page counts once in all, as the machine provides it'],
    ],
    'By default PSS is read where it can change the answer, and RSS elsewhere; --metric rss or pss ' +
      'asks for one of them. The summary says how sure the peak is:',
    [
      ['1.4GB, exact', 'every process was seen, and nothing can have been higher'],
      ['1.4GB, exact within 3%', 'the true peak is at most 3 % higher'],
      ['1.4GB, at most 1.9GB', 'the true peak is between the two'],
      ['at least 1.4GB', 'it may have been higher, and there is no useful bound'],
    ],
    'The kernel says: where the run has a control group of its own, what the kernel has counted in ' +
      'it. That has no gaps, contains files that were read, and leaves out what was in memory before.',
    'Container limit: what the run needed and a quarter more, rounded up.',
    'Sizes have base 1024: 1GB is 1024MB.',
  ],
};
