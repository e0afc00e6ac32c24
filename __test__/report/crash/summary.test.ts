import test from 'ava';
import { crashSummary } from '../../../ts/report/crash/summary.js';
import { crash, crashProcess, runtime } from '../../helpers/crash.js';

test('the summary is a short version of the dump', (t) => {
  t.is(
    crashSummary(crash, runtime, '/a/dump.json'),
    `memtop: the guard ends the run: it has 523MB in 4 processes, past its limit of 500MB

Memory
  when the guard acted  523MB
  limit                 500MB
  now                   523MB
  peak                  530MB
  machine               8GB
  of that available     700MB
  limited by            /system.slice/ci.service

Likely causes
  node has 450MB in 2 processes
  npm has 60MB in 1 process
  it grew by 413MB in the last 1s

The largest processes
  390MB  process 12: node x.js
  60MB   process 10: npm
  60MB   process 13: node API_KEY=[redacted]
  3MB    process 11: sh

Run
  id           20261120-140600-abcdef
  label        nightly
  command      npm run build --token [redacted]
  folder       /work/app
  task         build
  tasks        1
  processes    4
  ran for      1m 0s
  time to end  2s
  measured     scanned, 600 samples

Runtime
  time              2026-11-20T14:07:02.345Z
  memtop            1.2.3
  node              v24.1.0
  threads of memtop  9
  system            linux x64, 6.12.0
  cpus              8

Everything that is known: /a/dump.json
`.replace(/^ {2}(time|memtop|node|system|cpus) {8,}/gm, (_all, name) => `  ${name.padEnd(17)}  `),
  );
});

test('names and command lines are made plain', (t) => {
  const processes = [
    crashProcess(1, 0, 'a\u001b[2J', 5, { command: [] }),
    crashProcess(2, 0, 'b', 4, { command: ['b\n\u001b[31m', '\u202ex'] }),
  ];
  const text = crashSummary({ ...crash, processes }, runtime, '/a\u001bb');
  t.true(text.includes('process 1: a?[2J\n'));
  t.true(text.includes('process 2: b ?[31m ?x\n'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  t.notRegex(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('the largest of many processes are listed and the rest is counted', (t) => {
  const processes = Array.from({ length: 100 }, (_, index) => crashProcess(index + 1, 0, 'sh', 1));
  const text = crashSummary({ ...crash, processes }, runtime, '/a');
  t.is(text.match(/ process \d+: sh$/gm)?.length, 15);
  t.regex(text, /^ {2}and 85 more$/m);
});
