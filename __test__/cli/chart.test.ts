import test from 'ava';
import { memtop } from '../helpers/processes.js';
import { holding } from '../helpers/tasks.js';

test('--chart draws the timeline below the summary, in what the locale can show', async (t) => {
  for (const [LC_ALL, block] of [
    ['C.UTF-8', '█'],
    ['C', '#'],
  ] as const) {
    const { stdout, stderr } = await memtop(['--chart', '--', ...holding(50, 0.2)], {
      env: { LC_ALL },
    });
    t.is(stdout.toString(), '');
    t.regex(stderr, new RegExp(`^memtop: peak [\\s\\S]+\\n +5\\d(\\.\\d)?MB.+${block}`));
    t.false(stderr.includes('\u001b'));
  }
});
