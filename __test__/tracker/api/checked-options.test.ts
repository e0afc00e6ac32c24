import test from 'ava';
import { checked } from '../../../ts/checked.js';
import { InvalidOption } from '../../../ts/errors.js';
import { command, runOptions } from '../../../ts/tracker/api/checked-options.js';

test('a size may be bytes or a string', (t) => {
  t.deepEqual(checked(runOptions, { warn: 1000, limit: '80%' }), {
    warn: 1000,
    limit: { percent: 80 },
  });
  t.deepEqual(checked(runOptions, { limit: '1.5K' }), { limit: 1536 });
});

test('a folder may be a path or a URL', (t) => {
  const folder = new URL('file:///tmp/a%20b');
  t.deepEqual(checked(runOptions, { cwd: folder, crashFolder: folder }), {
    cwd: '/tmp/a b',
    crashFolder: '/tmp/a b',
  });
  const kept = { cwd: '/tmp', crashFolder: false };
  t.deepEqual(checked(runOptions, kept), kept);
});

test('options that say how to end a run are passed on unchanged', (t) => {
  const options = {
    guard: false,
    timeoutMs: 0.5,
    graceMs: 0,
    survivors: 'wait',
    trace: 'off',
    pty: 'auto',
  };
  t.deepEqual(checked(runOptions, options), options);
});

for (const [options, message] of [
  [{ limit: 0 }, 'limit must be a size such as 500M, 1.5G or 80%'],
  [{ warn: '5X' }, 'warn must be a size such as 500M, 1.5G or 80%'],
  [{ limit: { percent: 80 } }, 'limit must be a size such as 500M, 1.5G or 80%'],
  [{ warn: '2G', limit: 1000 }, 'warn must not be above the limit'],
  [{ guard: 'off' }, 'guard must be true or false'],
  [{ timeoutMs: -1 }, 'timeoutMs must be a number of milliseconds, 0 or more'],
  [{ timeoutMs: '5s' }, 'timeoutMs must be a number of milliseconds, 0 or more'],
  [{ graceMs: -1 }, 'graceMs must be a number of milliseconds from 0 to 3600000'],
  [{ survivors: 'keep' }, 'survivors must be one of leave, wait, kill'],
  [{ trace: true }, 'trace must be one of auto, kernel, ptrace, on, off'],
  [{ pty: 'yes' }, 'pty must be one of auto, on, off'],
  [{ signal: 'SIGTERM' }, 'signal must be an AbortSignal'],
  [{ rejectOnFailure: 1 }, 'rejectOnFailure must be true or false'],
  [{ crashFolder: true }, 'crashFolder must be a path, a file: URL or false'],
  [{ crashFolder: '' }, 'crashFolder must be a path, a file: URL or false'],
  [{ cwd: '' }, 'cwd must be a path or a file: URL'],
  [{ cwd: new URL('https://example.org/') }, 'cwd must be a path or a file: URL'],
  [{ capture: 'stdout' }, 'capture must be true or false'],
  [{ maxCaptureBytes: 0 }, 'maxCaptureBytes must be a whole number of bytes above 0'],
  [{ limitExitCode: 9 }, 'there is no option limitExitCode'],
  [null, 'the options must be an object'],
  ['x', 'the options must be an object'],
  [{ env: 'A=1' }, 'env must be an object of strings'],
  [{ env: { A: 1 } }, 'env.A must be a string'],
  [{ rules: ['x'] }, 'rules.0 must be an object'],
  [{ rules: [{ name: 'x', task: 'y', env: 'A' }] }, 'rules.0.env must be an object'],
] as const) {
  test(`${JSON.stringify(options)} is refused`, (t) => {
    t.throws(() => checked(runOptions, options), { instanceOf: InvalidOption, message });
  });
}

for (const [args, message] of [
  ['ls', 'command must be an array of strings: the program and its arguments'],
  [[], 'command must name a program'],
  [['ls', 1], 'command.1 must be a string or a Uint8Array'],
] as const) {
  test(`the command ${JSON.stringify(args)} is refused`, (t) => {
    t.throws(() => checked(command, args, 'command'), { instanceOf: InvalidOption, message });
  });
}
