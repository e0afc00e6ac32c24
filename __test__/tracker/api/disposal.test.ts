import test from 'ava';
import { transform } from 'esbuild';
import { Running } from '../../helpers/processes.js';

const index = new URL('../../../dist/index.js', import.meta.url).href;

/** Prints what the program learns of errors, each on a line. */
const prelude = `
  import { attach, run } from ${JSON.stringify(index)};
  const print = (how, { name, code, error, suppressed }) =>
    console.log(how, ...(error ? [error.code, 'over', suppressed.message] : [code ?? name]));
  process.on('unhandledRejection', (error) => print('unhandled', error));
  process.on('rejectionHandled', () => console.log('handled later'));
  const turn = () => new Promise(setImmediate);
  const over = async (running) => {
    for await (const _ of running.events('limit'));
    await turn();
  };
  const refusedRun = () => run(['true'], { intervalMs: 0 });
  const goneProcess = () => attach(2 ** 22 + 1);
  const failing = () => run(['sh', '-c', 'sleep 0.2; exit 3'], { rejectOnFailure: true });
  const endless = (options) => run(['sleep', '60'], { rejectOnFailure: true, ...options });
`;

async function printedBy(body: string): Promise<string[]> {
  const source = `${prelude}
    try {
      ${body}
    } catch (error) {
      print('caught', error);
    }
    await turn();
    console.log('end');`;
  const { code } = await transform(source, { format: 'esm', target: 'node20.19' });
  const node = new Running(process.execPath, ['--input-type=module', '-e', code]);
  const { stdout, stderr } = await node.finished();
  return [...stdout.toString().trimEnd().split('\n'), ...(stderr === '' ? [] : [stderr])];
}

for (const [start, code] of [
  ['refusedRun()', 'InvalidOption'],
  ['goneProcess()', 'ProcessNotFound'],
  ['attach(undefined)', 'InvalidOption'],
] as const) {
  for (const [what, body, printed] of [
    ['its block rejects with the error', '{ await using _ = START; }', ['caught CODE']],
    [
      'a block that takes its time rejects with the error',
      '{ await using _ = START; await turn(); await turn(); }',
      ['caught CODE'],
    ],
    [
      'an error of the block is suppressed by it, and not lost',
      "{ await using _ = START; await turn(); throw new Error('body'); }",
      ['caught CODE over body'],
    ],
    [
      'a block that awaits it learns of the error once',
      '{ await using handle = START; await turn(); await handle; }',
      ['caught CODE'],
    ],
    [
      'a block that has handled the error goes on',
      '{ await using handle = START; await handle.catch((error) => print("own", error)); }',
      ['own CODE'],
    ],
    [
      'a block whose derived promise rejects learns of it there alone',
      '{ await using handle = START; handle.then(() => {}); await turn(); }',
      ['unhandled CODE'],
    ],
    [
      'disposing of it by hand rejects with the error',
      'const handle = START; await handle[Symbol.asyncDispose]();',
      ['caught CODE'],
    ],
    [
      'a block written by hand rejects with the error',
      `const handle = START;
      const dispose = handle[Symbol.asyncDispose];
      try { await turn(); } finally { await dispose(); }`,
      ['caught CODE'],
    ],
    [
      'disposing of it by hand after a handler does nothing',
      `const handle = START;
      try { await handle.catch(() => {}); } finally { await handle[Symbol.asyncDispose](); }`,
      [],
    ],
    ['its rejection is reported if it is forgotten', 'START; await turn();', ['unhandled CODE']],
    [
      'its rejection is reported once if it is disposed of without await',
      '{ using _ = START; await turn(); }',
      ['unhandled CODE'],
    ],
  ] as const) {
    test(`${start}: ${what}`, async (t) => {
      const lines = await printedBy(body.replace('START', start));
      t.deepEqual(lines, [...printed.map((line) => line.replace('CODE', code)), 'end']);
    });
  }
}

for (const [what, body, printed] of [
  [
    'a command that fails during the block makes the block reject',
    '{ await using running = failing(); await over(running); }',
    ['caught RunFailed'],
  ],
  [
    'an error of the block is suppressed by that failure',
    "{ await using running = failing(); await over(running); throw new Error('body'); }",
    ['caught RunFailed over body'],
  ],
  [
    'a failure that the block has awaited is learned of once',
    '{ await using running = failing(); await running; }',
    ['caught RunFailed'],
  ],
  [
    'an abort during the block makes the block reject',
    `const controller = new AbortController();
    {
      await using running = endless({ signal: controller.signal });
      controller.abort();
    }`,
    ['caught ABORT_ERR'],
  ],
  ['a run that the end of the block ends has not failed', '{ await using _ = endless(); }', []],
  ['nor has one that it ends without waiting', '{ using running = endless(); }', []],
  [
    'a run that the block has killed has not failed',
    '{ await using running = endless(); running.kill(); await over(running); }',
    [],
  ],
  [
    'a run that was killed and is awaited has failed',
    '{ await using running = endless(); running.kill(); await running; }',
    ['caught RunFailed'],
  ],
  [
    'a failure before a block without await ends is reported once',
    '{ using running = failing(); await over(running); }',
    ['unhandled RunFailed'],
  ],
  [
    'an attached process that ends is no error',
    `const running = run(['sleep', '0.2']);
    { await using _ = attach(running.pid); await running; }`,
    [],
  ],
] as const) {
  test(what, async (t) => {
    t.deepEqual(await printedBy(body), [...printed, 'end']);
  });
}
