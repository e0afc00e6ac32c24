import { exitCodes } from '../exit-code.js';
import type { Topic } from './topic.js';

export const exitCodesTopic: Topic = {
  summary: "what memtop's exit code means",
  sections: [
    [
      ["the command's own", 'it ran'],
      [`${exitCodes.usage}`, 'usage error'],
      [
        `${exitCodes.budget}`,
        'a peak is above --max-peak or --max-increase, or memtop diff found more memory',
      ],
      [`${exitCodes.verification}`, 'memtop bench: a required output was not written'],
      [`${exitCodes.guard}`, 'the guard killed it; --limit-exit-code changes the number'],
      [`${exitCodes.timeout}`, '--timeout passed'],
      [
        `${exitCodes.failedBeforeStart}`,
        'memtop failed before the command could start, or could not open a file to write',
      ],
      ['126', 'the command cannot be executed'],
      ['127', 'the command was not found'],
      ['128+n', 'signal n ended it'],
      [`${exitCodes.interrupted}`, 'memtop run or memtop bench was interrupted'],
    ],
    'A failure to measure never fails the command: a warning says what is missing.',
    'memtop run exits with the code of the first task that failed. memtop kill exits with ' +
      `${exitCodes.failed} when a process is left or there is no such process or run, ` +
      'and commands that only print, such as memtop ps, when standard output cannot be written.',
  ],
};
