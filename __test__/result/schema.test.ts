import test from 'ava';
import type * as z from 'zod/mini';
import { resultSchema } from '../../ts/result/schema.js';
import type { Result } from '../../ts/result/types.js';
import { run } from '../../ts/tracker/api/run.js';

const minimal: Result = {
  schema: 'memtop.result/2',
  memtopVersion: '1.0.0',
  run: {
    id: '20260101-000000-abcdef',
    command: ['true'],
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:00.001Z',
    durationMs: 1,
    host: { os: 'linux', arch: 'x64', kernel: '6.12.0', cpus: 2, memoryBytes: 1 },
  },
  exit: { code: 0, signal: null, cause: 'exit' },
  sampling: { method: 'unavailable' },
  warnings: [],
};

test('a result validates', async (t) => {
  const result = await run(['sleep', '0.05']);
  t.deepEqual(resultSchema.parse(result), result);
});

test('unknown keys are accepted and kept', async (t) => {
  const result = { ...(await run(['true'])), later: { pssBytes: 1 } };
  t.deepEqual(resultSchema.parse(result), result);
});

test('another schema number is refused', async (t) => {
  const result = { ...(await run(['true'])), schema: 'memtop.result/3' };
  t.false(resultSchema.safeParse(result).success);
});

/** Without the index signatures of loose objects, which say nothing about the known keys. */
type Known<T> = T extends (infer Item)[]
  ? Known<Item>[]
  : T extends object
    ? { [Key in keyof T as string extends Key ? never : Key]: Known<T[Key]> }
    : T;

test('the generated types are those of the schema', (t) => {
  const parsed = resultSchema.parse(minimal);
  const generated: Result = parsed as Known<typeof parsed>;
  const back: Known<z.infer<typeof resultSchema>> = generated;
  t.deepEqual(back, minimal);
});
