import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';
import { InvalidOption } from '../../../ts/errors.js';
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

test('every byte has been heard of when the result is there', async (t) => {
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

test('a reader that throws does not harm the run', async (t) => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const result = await run(['echo', 'word'], {
    silent: true,
    onOutput: () => {
      throw new Error('oh');
    },
  });
  t.is(result.exit.code, 0);
  t.regex((await warned).message, /onOutput has failed: oh/);
});

test('a full heap is told by its words in what is read', async (t) => {
  const fill = 'const a=[];for(;;)a.push(new Array(1000).fill(1))';
  const script = `'${process.execPath}' --max-old-space-size=64 -e '${fill}'; exit 3`;
  const result = await run(['sh', '-c', script], { trace: 'off', silent: true });
  t.is(result.exit.cause, 'oom-heap');
  t.is(result.oom?.evidence, 'exact');
  t.is(result.exit.code, 3);
});

test('what reads output must be a function', async (t) => {
  // biome-ignore lint/suspicious/noExplicitAny: a program without types may pass anything
  await t.throwsAsync(run(['true'], { onOutput: 'x' as any }), { instanceOf: InvalidOption });
});
