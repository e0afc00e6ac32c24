import test from 'ava';
import { failureText } from '../../ts/report/failure.js';
import type { Exit, Result } from '../../ts/result/types.js';

const MB = 1024 * 1024;

function ending(exit: Exit, more: Partial<Result> = {}): Result {
  return {
    schema: 'memtop.result/2',
    memtopVersion: '1.0.0',
    run: {
      id: '20260101-000000-abcdef',
      command: ['npm', 'run', 'build'],
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:02.000Z',
      durationMs: 2000,
      host: { os: 'linux', arch: 'x64', kernel: '6.12.0', cpus: 2, memoryBytes: 8192 * MB },
    },
    exit,
    sampling: { method: 'scanned' },
    warnings: [],
    ...more,
  };
}

const exited = (code: number) => ending({ code, signal: null, cause: 'exit' });
const guard = {
  warned: false,
  action: 'terminated',
  reason: 'limit',
  bytes: 523 * MB,
  limitBytes: 500 * MB,
} as const;

for (const [result, text] of [
  [exited(3), 'npm run build: exited with code 3'],
  [ending({ code: null, signal: 'SIGTERM', cause: 'signal' }), 'npm run build: ended by SIGTERM'],
  [
    ending({ code: null, signal: null, cause: 'unknown' }),
    'npm run build: how it ended is unknown',
  ],
  [
    ending({ code: null, signal: 'SIGTERM', cause: 'guard' }, { guard }),
    'npm run build: ended by the guard: it had 523MB, past its limit of 500MB',
  ],
  [
    ending({ code: 127, signal: null, cause: 'not-started', message: 'npm: command not found' }),
    'npm: command not found',
  ],
] as const) {
  test(`the failure is: ${text}`, (t) => {
    t.is(failureText(result), text);
  });
}

test('a long command is cut, and no secret and no control character is in it', (t) => {
  const result = exited(1);
  result.run.command = ['deploy', '--token', 'hidden', '\u001b[2J', 'x'.repeat(200)];
  const text = failureText(result);
  t.regex(text, /^deploy --token \[redacted\] \?\[2J x+….*: exited with code 1$/);
  t.true(text.length < 110);
});
