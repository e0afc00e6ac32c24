import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { InvalidOption } from '../../../ts/errors.js';
import { RunFailed } from '../../../ts/tracker/api/result-errors.js';
import { run } from '../../../ts/tracker/api/run.js';

const execute = promisify(execFile);

/** All that a command wrote, by stream. */
async function outputOf(
  command: readonly string[],
  options: Parameters<typeof run>[1] = {},
): Promise<{ stdout: string; stderr: string; isTerminal?: boolean }> {
  const pieces = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  await run(command, {
    silent: true,
    onOutput: (piece, stream) => pieces[stream].push(piece),
    ...options,
  });
  return {
    stdout: Buffer.concat(pieces.stdout).toString(),
    stderr: Buffer.concat(pieces.stderr).toString(),
  };
}

test('a program gets what the command writes, each stream on its own', async (t) => {
  const script = 'echo out; echo err >&2; printf more';
  t.deepEqual(await outputOf(['sh', '-c', script]), { stdout: 'out\nmore', stderr: 'err\n' });
});

test('every byte has been read when the result is there', async (t) => {
  const { stdout } = await outputOf(['seq', '1', '200000']);
  t.is(stdout.length, 1_288_895);
  t.true(stdout.endsWith('\n199999\n200000\n'));
});

test('output is passed on unless it is to be silent', async (t) => {
  const program = (silent: boolean) => `
    import { run } from ${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)};
    let length = 0;
    const options = { silent: ${silent}, onOutput: (piece) => { length += piece.length; } };
    await run(['sh', '-c', 'echo word'], options);
    console.log(length);`;
  const shown = async (silent: boolean) => {
    const args = ['--input-type=module', '--eval', program(silent)];
    return (await execute(process.execPath, args)).stdout;
  };
  t.is(await shown(false), 'word\n5\n');
  t.is(await shown(true), '5\n');
});

test('output is captured with the result', async (t) => {
  const script = 'printf "\\303\\251"; echo err >&2';
  const options = { silent: true, capture: true } as const;
  const { stdout, stderr, exit, warnings } = await run(['sh', '-c', script], options);
  t.is(stdout, 'é');
  t.is(stderr, 'err\n');
  t.is(exit.code, 0);
  t.deepEqual(warnings, []);
  t.like(await run(['no-such-command'], options), { stdout: '', stderr: '' });
  t.false('stdout' in (await run(['true'])));
});

test('captured output is bounded, and no character is cut in two', async (t) => {
  const { stdout, stderr, exit, warnings } = await run(
    ['sh', '-c', 'printf "ab\\303\\251cd"; printf cd >&2'],
    { silent: true, capture: true, maxCaptureBytes: 3 },
  );
  t.is(stdout, 'ab');
  t.is(stderr, 'cd');
  t.is(exit.code, 0);
  t.deepEqual(warnings, [{ code: 'capture-cut', message: 'stdout is cut at 3B of 6B' }]);
});

test('a failure has what was captured, and a reader gets it, too', async (t) => {
  const pieces: Uint8Array[] = [];
  const error = await t.throwsAsync(
    run(['sh', '-c', 'echo word; exit 3'], {
      silent: true,
      capture: true,
      rejectOnFailure: true,
      onOutput: (piece) => pieces.push(piece),
    }),
    { instanceOf: RunFailed },
  );
  t.is(error?.stdout, 'word\n');
  t.is(Buffer.concat(pieces).toString(), 'word\n');
});

test('a reader that throws does not harm the run', async (t) => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const result = await run(['echo', 'word'], {
    silent: true,
    onOutput: () => {
      throw new Error('oh');
    },
  });
  t.is(result.exit.code, 0);
  t.regex((await warned).message, /^the callback onOutput has failed: oh$/);
});

test('a full heap is recognised by its message in the output', async (t) => {
  const fill = 'const a=[];for(;;)a.push(new Array(1000).fill(1))';
  const script = `'${process.execPath}' --max-old-space-size=64 -e '${fill}'; exit 3`;
  const result = await run(['sh', '-c', script], { trace: 'off', silent: true });
  t.is(result.exit.cause, 'oom-heap');
  t.is(result.oom?.evidence, 'exact');
  t.is(result.exit.code, 3);
});

test('an output reader must be a function', async (t) => {
  // biome-ignore lint/suspicious/noExplicitAny: a program without types may pass anything
  await t.throwsAsync(run(['true'], { onOutput: 'x' as any }), { instanceOf: InvalidOption });
});
