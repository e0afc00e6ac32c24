/** Errors in memtop itself, which change nothing about the command. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { openReports } from '../../ts/cli/reports.js';
import { exampleResult } from '../helpers/example-result.js';
import { temporaryFolder } from '../helpers/folder.js';
import { cliPath, Running, withoutMemtop } from '../helpers/processes.js';

for (const [what, statement] of [
  ['a rejected promise', 'Promise.reject(new Error("it broke"))'],
  ['an exception in a callback', '(() => { throw new Error("it broke") })()'],
] as const) {
  test(`${what} is a warning, and the command goes on`, async (t) => {
    const cwd = temporaryFolder(t);
    const failing = `const fs = process.getBuiltinModule('node:fs');
      const timer = setInterval(() => {
        if (!fs.existsSync('started')) return;
        clearInterval(timer);
        setImmediate(() => fs.writeFileSync('failed', ''));
        ${statement};
      }, 1);`;
    const script = 'touch started; while ! [ -e failed ]; do sleep 0.01; done; exit 3';
    const done = await new Running(
      process.execPath,
      ['--import', `data:text/javascript,${failing}`, cliPath, '-q', '--', 'sh', '-c', script],
      { cwd, env: withoutMemtop(process.env) },
    ).finished();
    t.deepEqual([done.code, done.stderr], [3, 'memtop: warning: it broke\n']);
  });
}

test('a summary that cannot be made is a warning, and the outputs are written', async (t) => {
  const file = join(temporaryFolder(t), 'result');
  const options = { quiet: false, chart: false, github: false, json: file, redact: false };
  const reports = await openReports(options, () => {
    throw new Error('no summary');
  });
  t.notThrows(() => reports?.write(exampleResult));
  t.true(existsSync(file));
});
