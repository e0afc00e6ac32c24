import test from 'ava';
import type { Check } from '../../ts/report/check.js';
import { doctorLines } from '../../ts/report/doctor.js';

const checks: Check[] = [
  { id: 'kernel', state: 'ok', subject: 'kernel', fact: '6.12.0, resident memory is exact' },
  {
    id: 'proc',
    state: 'limited',
    subject: 'processes',
    fact: '12 visible; /proc hides those of other users (hidepid=2)',
    advice: 'root sees all of them',
  },
  { id: 'cgroup', state: 'missing', subject: 'cgroup', fact: 'not mounted' },
];

test('each line has a mark, the subject and the finding', (t) => {
  t.deepEqual(doctorLines(checks, 100), [
    '✓ kernel     6.12.0, resident memory is exact',
    '! processes  12 visible; /proc hides those of other users (hidepid=2)',
    '             → root sees all of them',
    '✗ cgroup     not mounted',
  ]);
});

test('on a narrow terminal the facts go under their subjects', (t) => {
  t.deepEqual(doctorLines(checks, 30).slice(0, 7), [
    '✓ kernel',
    '  6.12.0, resident memory is',
    '  exact',
    '! processes',
    '  12 visible; /proc hides',
    '  those of other users',
    '  (hidepid=2)',
  ]);
});

test('no line is wider than the terminal', (t) => {
  for (const columns of [20, 40, 41, 80, 200]) {
    t.true(doctorLines(checks, columns).every((line) => line.length <= columns));
  }
});

test('no word gets lost in wrapping', (t) => {
  const words = (lines: string[]) => lines.join(' ').split(/\s+/);
  t.deepEqual(words(doctorLines(checks, 30)), words(doctorLines(checks, 200)));
});

test('the name of a group cannot control the terminal', (t) => {
  const hostile: Check = { id: 'x', state: 'ok', subject: 'cgroup', fact: '/a\u001b[2J\nb' };
  t.deepEqual(doctorLines([hostile], 80), ['✓ cgroup  /a?[2J b']);
});
