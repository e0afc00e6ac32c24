import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { packageRoot } from '../../ts/package.js';
import { resultHtml } from '../../ts/report/html.js';
import type { Result } from '../../ts/result/types.js';
import { testInBrowser } from '../helpers/browser.js';
import { exampleResult, MB } from '../helpers/example-result.js';
import { temporaryFolder } from '../helpers/folder.js';

const built = (name: string) => readFileSync(join(packageRoot, 'dist/page', name), 'utf8').trim();
const assets = { script: built('page.js'), style: built('page.css') };

const hostile = [
  '<img src=x onerror="window.hacked = 1">',
  '</script><script>window.hacked = 1</script>',
  '<!-- <script>',
  'a\u2028b',
  ']]>\ud800',
];

/** A run with this number of points, a task of each name, and the same names everywhere else. */
function resultWith(points: number, names: readonly string[], durationMs = 20_000): Result {
  const atMs = Array.from({ length: points }, (_, index) => ((index + 1) * durationMs) / points);
  const bytes = atMs.map((_, index) => (100 + (index % 50) + (index === 7 ? 900 : 0)) * MB);
  const tasks = names.map((id, index) => ({
    id,
    source: 'nx',
    status: 'ended' as const,
    startedAtMs: (index * durationMs) / names.length / 2,
    durationMs: durationMs / 2,
    peak: { ...exampleResult.peak, bytes: (80 - index) * MB },
    timeline: { atMs: atMs.slice(0, 500), bytes: atMs.slice(0, 500).map(() => 10 * MB) },
  }));
  const processes = names.map((name, index) => ({
    pid: index + 1,
    startedAtMs: index,
    name,
    command: [name, name],
    task: name,
    bytes: MB,
    rssBytes: MB,
  }));
  return {
    ...exampleResult,
    run: { ...exampleResult.run, label: names[0] ?? 'a run', durationMs },
    peak: {
      ...exampleResult.peak,
      bytes: 1007 * MB,
      atMs: atMs[7] ?? 0,
      processes,
      rollup: names.map((name) => ({ name, count: 1, bytes: MB })),
    },
    timeline: { atMs, bytes },
    tasks,
    stages: names.map((name) => ({ name, firstSeenMs: 0, lastSeenMs: 9, durationMs: 9 })),
    warnings: names.map((message) => ({ code: 'x', message })),
  };
}

function written(t: ExecutionContext, result: Result): string {
  const file = join(temporaryFolder(t), 'page.html');
  writeFileSync(file, resultHtml(result, assets));
  return file;
}

test('without its data a page is small', (t) => {
  const bytes = Buffer.byteLength(resultHtml(exampleResult, assets));
  t.true(bytes < 60_000, `${bytes} bytes`);
});

test('no text of a result can close its element', (t) => {
  const page = resultHtml(resultWith(10, hostile), assets);
  t.is(page.split('<script').length, 3);
  t.is(page.split('</script').length, 3);
  t.notRegex(page, /<img|<!--|\u2028/);
  const [, json = ''] = /id="data">(.*)<\/script>\n<script>/.exec(page) ?? [];
  t.is(JSON.parse(json).tasks[1].name, hostile[1]);
});

test('secrets of command lines are not in it', (t) => {
  const run = { ...exampleResult.run, command: ['deploy', '--token=hunter2'] };
  const peak = {
    ...exampleResult.peak,
    processes: [{ pid: 1, startedAtMs: 0, name: 'x', command: run.command, bytes: 1, rssBytes: 1 }],
  };
  t.false(resultHtml({ ...exampleResult, run, peak }, assets).includes('hunter2'));
});

testInBrowser('a hostile name stays text, and nothing is asked of a network', async (t, open) => {
  const { page, troubles } = await open(t, written(t, resultWith(50, hostile)));
  const text = (await page.textContent('main')) ?? '';
  for (const name of hostile.slice(0, 3)) t.true(text.includes(name), name);
  t.is(await page.evaluate('window.hacked'), undefined);
  t.is(await page.locator('main img, main script').count(), 0);
  t.regex(await page.title(), /^<img src=x/);
  t.deepEqual(troubles, []);
});

for (const width of [360, 1200]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    testInBrowser(`${width} px wide and ${colorScheme}, all of it can be read`, async (t, open) => {
      const long = [...hostile, 'x'.repeat(300), 'a name of many words '.repeat(20)];
      const viewport = { width, height: 800 };
      const options = { viewport, colorScheme };
      const { page, troubles } = await open(t, written(t, resultWith(500, long)), options);
      t.is(await page.evaluate('document.documentElement.scrollWidth'), width);
      const [ground, text] = (await page.evaluate(
        `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]`,
      )) as [string, string];
      t.is(isDark(ground), colorScheme === 'dark');
      t.is(isDark(text), colorScheme === 'light');
      t.deepEqual(troubles, []);
    });
  }
}

function isDark(colour: string): boolean {
  const parts = colour.match(/\d+/g)?.map(Number) ?? [];
  return parts.reduce((sum, part) => sum + part, 0) < 384;
}

testInBrowser('keys move along the run, look closer and go back', async (t, open) => {
  const { page } = await open(t, written(t, resultWith(200, ['web:build'])));
  const plot = page.locator('.plot');
  const shown = () => plot.getAttribute('aria-valuetext');
  t.is(await shown(), '1007MB at 800ms');
  await page.keyboard.press('Tab');
  t.is(await page.locator('.plot:focus').count(), 1);
  await page.keyboard.press('End');
  t.is(await shown(), '149MB at 20s');
  await page.keyboard.press('Home');
  t.is(await shown(), '100MB at 100ms');
  const axis = () => plot.locator('svg > text').allTextContents();
  const whole = await axis();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  t.notDeepEqual(await axis(), whole);
  await page.keyboard.press('0');
  t.deepEqual(await axis(), whole);
});

testInBrowser('a mouse looks at points and marks what to look closer at', async (t, open) => {
  const { page } = await open(t, written(t, resultWith(200, ['web:build'])));
  const plot = page.locator('.plot');
  await plot.hover({ position: { x: 400, y: 100 } });
  const hovered = await page.textContent('.legend p');
  t.notRegex(hovered ?? '', /at 800ms$/);
  const box = await plot.boundingBox();
  t.true(await page.getByRole('button', { name: 'Whole run' }).isDisabled());
  await page.mouse.down();
  await page.mouse.move((box?.x ?? 0) + 500, (box?.y ?? 0) + 50, { steps: 4 });
  t.is(await page.locator('.marked').count(), 1);
  await page.mouse.up();
  t.is(await page.locator('.marked').count(), 0);
  await page.getByRole('button', { name: 'Whole run' }).click();
  t.true(await page.getByRole('button', { name: 'Whole run' }).isDisabled());
});

testInBrowser('a finger looks at points', async (t, open) => {
  const options = { viewport: { width: 360, height: 800 }, hasTouch: true };
  const { page, troubles } = await open(t, written(t, resultWith(200, ['web:build'])), options);
  await page.locator('.plot').tap({ position: { x: 300, y: 80 } });
  t.notRegex((await page.textContent('.legend p')) ?? '', /at 800ms$/);
  t.deepEqual(troubles, []);
});

testInBrowser('a day with many tasks makes no more of a page than it shows', async (t, open) => {
  const names = Array.from({ length: 300 }, (_, index) => `project-${index}:build`);
  const day = resultWith(4000, names, 24 * 3600 * 1000);
  const { page, troubles } = await open(t, written(t, day));
  t.true(Number(await page.evaluate('document.querySelectorAll("*").length')) < 2000);
  t.is(await page.locator('.legend li').count(), 9);
  t.is(await page.locator('section:has(> h2:text("Tasks")) tbody tr').count(), 25);
  await page.getByRole('button', { name: 'Show 275 more' }).click();
  t.is(await page.locator('section:has(> h2:text("Tasks")) tbody tr').count(), 300);
  t.deepEqual(troubles, []);
});

testInBrowser('a run that was not measured has a page that says so', async (t, open) => {
  const { peak: _peak, largestProcess: _largest, processes: _processes, ...rest } = exampleResult;
  const bare: Result = { ...rest, sampling: { method: 'unavailable' } };
  const { page, troubles } = await open(t, written(t, bare));
  t.regex((await page.textContent('main')) ?? '', /No peak: nothing was measured; took 20.1s/);
  t.deepEqual(troubles, []);
});
