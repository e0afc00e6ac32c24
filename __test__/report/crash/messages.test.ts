import test from 'ava';
import { likelyCauses } from '../../../ts/report/crash/causes.js';
import { guardMessages } from '../../../ts/report/crash/messages.js';
import { crash, crashProcess } from '../../helpers/crash.js';
import { MB } from '../../helpers/measured.js';

const files = { dumpFile: '/a/dump.json', summaryFile: '/a/summary.txt' };

test('three messages give the size, the path of the dump and the likely cause', (t) => {
  t.deepEqual(guardMessages(crash, files), [
    'the guard ends the run: it has 523MB in 4 processes, past its limit of 500MB',
    'crash report: /a/dump.json',
    'likely cause: node has 450MB in 2 processes',
  ]);
});

test('the machine is named where it was the reason', (t) => {
  const { limitedBy, ...ofMachine } = crash.memory;
  const [size] = guardMessages({ ...crash, reason: 'machine', memory: ofMachine }, files);
  t.is(
    size,
    'the guard ends the run: it has 523MB in 4 processes, ' +
      'and the machine has only 700MB of 8GB left',
  );
  const { machineAvailableBytes, ...memory } = crash.memory;
  const [unknown] = guardMessages({ ...crash, reason: 'machine', memory }, files);
  t.is(
    unknown,
    'the guard ends the run: it has 523MB in 4 processes, and the machine is out of memory',
  );
  t.is(machineAvailableBytes, 700 * MB);
  const [inGroup] = guardMessages({ ...crash, reason: 'machine' }, files);
  t.regex(inGroup, new RegExp(`and the group ${limitedBy} has only 700MB of 8GB left$`));
});

test('a file that could not be written has a reason', (t) => {
  const problem = "EACCES: permission denied, open '/a/dump.json'";
  t.is(guardMessages(crash, { problem })[1], `no crash dump could be written (${problem})`);
  t.is(
    guardMessages(crash, { problem: 'full', summaryFile: '/a/summary.txt' })[1],
    'crash report: /a/summary.txt, without a dump (full)',
  );
  t.is(
    guardMessages(crash, { problem: 'full', dumpFile: '/a/dump.json' })[1],
    'crash report: /a/dump.json (full)',
  );
});

test('names and paths cannot control the terminal', (t) => {
  const processes = [crashProcess(1, 0, 'a\u001b[2J', 5)];
  const messages = guardMessages({ ...crash, processes }, { dumpFile: '/\u001b]0;x\u0007' });
  t.is(messages[1], 'crash report: /?]0;x?');
  t.is(messages[2], 'likely cause: a?[2J has 5MB in 1 process');
});

test('the largest groups are causes, and how fast it grew', (t) => {
  t.deepEqual(likelyCauses(crash), [
    'node has 450MB in 2 processes',
    'npm has 60MB in 1 process',
    'it grew by 413MB in the last 1s',
  ]);
});

test('many processes of one name are pointed out', (t) => {
  const processes = Array.from({ length: 14 }, (_, index) =>
    crashProcess(10 + index, 1, 'cc1plus', 219.43),
  );
  t.is(
    likelyCauses({ ...crash, processes })[0],
    'cc1plus has 3GB in 14 processes: that many at once may be too many',
  );
});

test('a program that starts itself over and over is a recursion', (t) => {
  const chain = Array.from({ length: 3_000 }, (_, depth) =>
    crashProcess(3_000 - depth, 2_999 - depth, 'sh', 1),
  );
  t.is(likelyCauses({ ...crash, processes: chain })[0], 'sh starts itself, 3000 deep: a recursion');
  t.false(likelyCauses({ ...crash, processes: chain.slice(0, 15) })[0]?.includes('recursion'));
});

test('circular parents end the search', (t) => {
  const processes = [crashProcess(1, 2, 'a', 1), crashProcess(2, 1, 'a', 1)];
  t.is(likelyCauses({ ...crash, processes })[0], 'a has 2MB in 2 processes');
});

test('a slow growth is no cause, and no process is none either', (t) => {
  const timeline = { atMs: [0, 50_000, 60_000], bytes: [0, 450 * MB, 523 * MB] };
  t.false(likelyCauses({ ...crash, timeline }).some((cause) => cause.startsWith('it grew')));
  t.deepEqual(likelyCauses({ ...crash, processes: [], timeline }), [
    'no process was seen that had memory',
  ]);
});

test('files are not mentioned if none were wanted', (t) => {
  const [size, , cause] = guardMessages(crash, {});
  t.deepEqual([...guardMessages(crash, undefined)], [size, cause]);
});
