import test from 'ava';
import { chartLines } from '../../ts/report/chart.js';
import type { Look } from '../../ts/report/look.js';
import { widthOf } from '../../ts/report/plain-text.js';
import type { Result } from '../../ts/result/types.js';
import { exampleResult, MB } from '../helpers/example-result.js';

const atMs = Array.from({ length: 20 }, (_, index) => (index + 1) * 1000);
const timeline = { atMs, bytes: atMs.map((ms) => (ms === 15_000 ? 800 : ms / 50) * MB) };
const run = { ...exampleResult.run, durationMs: 20_000 };
const plain: Look = { columns: 40, isColoured: false, isAscii: false };

function chart(parts: object = {}, look: Partial<Look> = {}): string[] {
  return chartLines({ ...exampleResult, run, timeline, ...parts } as Result, { ...plain, ...look });
}

const task = (id: string, fromMs: number, toMs: number, megabytes: number) => ({
  id,
  source: 'nx',
  status: 'ended',
  startedAtMs: fromMs,
  durationMs: toMs - fromMs,
  peak: { ...exampleResult.peak, bytes: megabytes * MB },
  timeline: { atMs: [fromMs, toMs], bytes: [megabytes * MB, megabytes * MB] },
});

test('a timeline of any number of samples is drawn', (t) => {
  const many = Array.from({ length: 300_000 }, (_, index) => index + 1);
  const lines = chart({ timeline: { atMs: many, bytes: many.map((ms) => ms * 1024) } });
  t.true(lines.length > 5);
});

test('the timeline, its highest point and its times', (t) => {
  const lines = chart();
  t.is(lines.length, 10);
  t.is(lines[0]?.indexOf('█'), lines[8]?.indexOf('▲'));
  t.regex(lines[0] ?? '', /^ 800MB┤ +█+$/);
  t.regex(lines[9] ?? '', /^ +0ms +20s$/);
});

test('tasks stand below it where they ran, the name beside', (t) => {
  const tasks = [task('late', 16_000, 20_000, 80), task('early', 0, 4000, 70)];
  const [early = '', late = ''] = chart({ tasks }).slice(10);
  t.regex(early, /^ {7}━+ early$/);
  t.regex(late, /^ +late ━+$/);
  t.is(late.length, 40);
});

test('names of wide characters end where the chart ends', (t) => {
  const name = '大小'.repeat(20);
  for (const tasks of [[task(name, 0, 4000, 80)], [task(name, 16_000, 20_000, 80)]]) {
    const line = chart({ tasks })[10] ?? '';
    t.true(widthOf(line) <= 40, line);
    t.true(line.includes('大小…') || line.includes('大…'), line);
  }
  const [late = ''] = chart({ tasks: [task('大小', 16_000, 20_000, 80)] }).slice(10);
  t.is(widthOf(late), 40, late);
});

test('a run without tasks shows its stages', (t) => {
  const stages = [{ name: 'compile', firstSeenMs: 0, lastSeenMs: 10_000, durationMs: 10_000 }];
  t.regex(chart({ stages })[10] ?? '', /^ {7}━+ compile$/);
});

test('no line is wider than the terminal, and none has a colour unasked', (t) => {
  const tasks = [task(`a${'x'.repeat(300)}`, 0, 20_000, 80), task('b\u001b[2J\n', 9000, 9001, 9)];
  for (const columns of [40, 80, 200]) {
    for (const isAscii of [false, true]) {
      const lines = chart({ tasks }, { columns, isAscii });
      t.true(lines.length > 10);
      for (const line of lines) {
        t.true(line.length <= columns, line);
        t.false(line.includes('\u001b'));
        if (isAscii) t.regex(line, /^[ -~]*$/);
      }
    }
  }
});

test('with colours, a task has the same one in the timeline and below it', (t) => {
  const tasks = [task('a', 0, 20_000, 80)];
  const lines = chart({ tasks }, { isColoured: true });
  t.true(lines[7]?.includes('\u001b[34m█\u001b[0m'));
  t.true(lines[10]?.includes('\u001b[34m━'));
});

test('a run of which nothing is known, and a terminal too narrow, have no chart', (t) => {
  t.deepEqual(chart({ timeline: undefined }), []);
  t.deepEqual(chart({ timeline: { atMs: [], bytes: [] } }), []);
  t.deepEqual(chart({}, { columns: 12 }), []);
});
