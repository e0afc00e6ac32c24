import { exitCodes } from '../exit-code.js';
import type { Topic } from './topic.js';

export const exitCodesTopic: Topic = {
  summary: 'what the exit code of memtop says',
  sections: [
    [
      ["the command's own", 'it ran'],
      ['128+n', 'signal n ended it'],
      [`${exitCodes.guard}`, 'the guard ended it; --limit-exit-code changes the number'],
      [`${exitCodes.timeout}`, '--timeout passed'],
      [
        `${exitCodes.budget}`,
        'a peak is above --max-peak or --max-increase, or memtop diff found more memory',
      ],
      [`${exitCodes.verification}`, 'memtop bench: the command left no sign that it had worked'],
      [`${exitCodes.interrupted}`, 'memtop run or memtop bench was interrupted'],
      [
        `${exitCodes.failedBeforeStart}`,
        'memtop failed before the command could start, or could not open a file to write',
      ],
      ['126', 'the command cannot be executed'],
      ['127', 'the command was not found'],
      [`${exitCodes.usage}`, 'usage error'],
    ],
    'Whatever goes wrong in measuring never fails the command: one warning says what is missing.',
    'memtop run exits with the code of the first task that has failed. memtop kill exits with ' +
      `${exitCodes.failed} when something is left. So does what only prints, such as memtop ps, where ` +
      'standard output cannot be written.',
  ],
};
