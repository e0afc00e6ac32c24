import test from 'ava';
import { RunNotFound } from '../../ts/errors.js';
import { runNamed, runsNamed } from '../../ts/history/reference.js';
import { resultsOf } from '../../ts/history/results.js';
import type { StoredRun } from '../../ts/result/stored-run.js';
import type { Result } from '../../ts/result/types.js';
import { madeUpRun } from '../helpers/stored.js';

/** Answers as the store does. */
function storeOf(...runs: StoredRun[]) {
  return {
    runs({ id, idBegins, label, latest }: Record<string, string | number | undefined> = {}) {
      const found = runs.filter(
        (run) =>
          (id === undefined || run.id === id) &&
          (idBegins === undefined || run.id.startsWith(`${idBegins}`)) &&
          (label === undefined || run.label === label),
      );
      return latest === undefined ? found : found.slice(-Number(latest));
    },
    result: (id: string) =>
      runs.some((run) => run.id === id && run.state === 'ended')
        ? ({ run: { id } } as Result)
        : undefined,
  };
}

const ids = (runs: readonly StoredRun[]) => runs.map(({ id }) => id);
const messageOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    if (error instanceof RunNotFound) return error.message;
  }
  return undefined;
};

const first = madeUpRun(1, { label: 'build' });
const second = madeUpRun(2, { label: 'build' });
const third = madeUpRun(3);

test('a run is named by its id or by an unambiguous beginning of it', (t) => {
  const store = storeOf(first, second, third);
  t.deepEqual(ids(runsNamed(store, second.id)), [second.id]);
  t.deepEqual(ids(runsNamed(store, '20260101-0003')), [third.id]);
});

test('last is the latest run', (t) => {
  t.deepEqual(ids(runsNamed(storeOf(first, second, third), 'last')), [third.id]);
});

test('a label means all of its runs, oldest first, and as one run the latest', (t) => {
  const store = storeOf(first, second, third);
  t.deepEqual(ids(runsNamed(store, 'build')), [first.id, second.id]);
  t.is(runNamed(store, 'build').id, second.id);
});

test('a label comes before the beginning of an id, and a whole id before a label', (t) => {
  const short = madeUpRun(4, { label: '2026' });
  const long = madeUpRun(5, { label: first.id });
  const store = storeOf(first, second, short, long);
  t.deepEqual(ids(runsNamed(store, '2026')), [short.id]);
  t.deepEqual(ids(runsNamed(store, first.id)), [first.id]);
  t.deepEqual(ids(runsNamed(store, `label:${first.id}`)), [long.id]);
});

test('an error says what is wrong with a reference', (t) => {
  const store = storeOf(first, second);
  const problem = (reference: string) => messageOf(() => runsNamed(store, reference)) ?? '';
  t.regex(problem('20260101-00'), /beginning of 2 ids, such as .*; give more characters/);
  t.regex(problem('2027'), /no run has the label "2027", and no run id starts with it/);
  t.regex(problem('20270101-000000-00000a'), /there is no run 20270101-000000-00000a/);
  t.regex(problem('biuld'), /no run has the label "biuld", and it is not the id of one/);
  t.regex(problem('label:x'), /no run has the label "x"/);
  t.regex(messageOf(() => runsNamed(storeOf(), 'last')) ?? '', /no run has been recorded yet/);
});

test('a label gives the results of its ended runs', (t) => {
  const gone = madeUpRun(4, { label: 'build', state: 'interrupted' });
  const store = storeOf(first, second, gone);
  t.deepEqual(
    resultsOf(store, 'build').map(({ run }) => run.id),
    [first.id, second.id],
  );
  t.is(
    messageOf(() => resultsOf(store, gone.id)),
    `run ${gone.id} has no result: it was interrupted`,
  );
  const running = madeUpRun(5, { state: 'running' });
  t.is(
    messageOf(() => resultsOf(storeOf(running), 'last')),
    `run ${running.id} has no result: it is still running`,
  );
});
