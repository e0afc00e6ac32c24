import { cpus } from 'node:os';
import test from 'ava';
import { countOf, describeHost } from '../../../ts/tracker/result/host.js';

test('the machine has as many processors as Node lists', (t) => {
  t.is(describeHost().cpus, cpus().length);
});

test('processors are counted from the list of the kernel', (t) => {
  t.is(countOf('0\n'), 1);
  t.is(countOf('0-3\n'), 4);
  t.is(countOf('0-3,6,8-127\n'), 125);
});
