import test from 'ava';
import { exitCodeOf } from '../../ts/cli/exit-code.js';

test('a command that ended gives its own code, also one that memtop has for itself', (t) => {
  for (const code of [0, 1, 123, 124, 137]) {
    t.is(exitCodeOf({ code, signal: null, cause: 'exit' }, 7), code);
  }
});

test('a signal gives 128 and its number', (t) => {
  t.is(exitCodeOf({ code: null, signal: 'SIGTERM', cause: 'signal' }), 143);
  t.is(exitCodeOf({ code: null, signal: 'SIG40', cause: 'signal' }), 168);
});

test('the guard gives 123 or what was asked for, however the command died of it', (t) => {
  for (const [code, signal] of [
    [null, 'SIGKILL'],
    [null, 'SIGTERM'],
    [0, null],
    [1, null],
  ] as const) {
    t.is(exitCodeOf({ code, signal, cause: 'guard' }), 123);
    t.is(exitCodeOf({ code, signal, cause: 'guard' }, undefined), 123);
    t.is(exitCodeOf({ code, signal, cause: 'guard' }, 9), 9);
  }
});

test('a timeout gives 124, whatever the code of the guard', (t) => {
  t.is(exitCodeOf({ code: null, signal: 'SIGTERM', cause: 'timeout' }, 9), 124);
  t.is(exitCodeOf({ code: 0, signal: null, cause: 'timeout' }), 124);
});

test('running out of memory does not change the code', (t) => {
  t.is(exitCodeOf({ code: null, signal: 'SIGKILL', cause: 'oom-kernel' }, 9), 137);
  t.is(exitCodeOf({ code: null, signal: 'SIGABRT', cause: 'oom-heap' }, 9), 134);
  t.is(exitCodeOf({ code: 2, signal: null, cause: 'oom-kernel' }, 9), 2);
});
