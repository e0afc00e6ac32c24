/** A real browser, for tests of pages. */
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { testNeeding } from './needs.js';
import { pathOf } from './programs.js';

const executablePath = ['chromium', 'chromium-browser', 'google-chrome'].flatMap(
  (name) => pathOf(name) ?? [],
)[0];

interface Opened {
  readonly page: Page;
  /** Requests beyond its own file, and errors in the page. */
  readonly troubles: string[];
}

type Open = (t: ExecutionContext, file: string, options?: BrowserContextOptions) => Promise<Opened>;

/** A test that is skipped where there is no browser. */
export function testInBrowser(
  title: string,
  look: (t: ExecutionContext, open: Open) => Promise<void>,
): void {
  const lack = { need: 'chromium', why: 'chromium is not installed' };
  testNeeding(executablePath === undefined ? lack : undefined)(title, async (t) => {
    t.timeout(120_000);
    await look(t, open);
  });
}

let browser: Promise<Browser> | undefined;
test.after.always(async () => (await browser)?.close());

async function open(
  t: ExecutionContext,
  file: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  // The sandbox does not work as root, the user of most containers.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser ??= chromium.launch({ executablePath: executablePath ?? '', args });
  const context = await (await browser).newContext(options);
  t.teardown(() => context.close());
  const page = await context.newPage();
  const troubles: string[] = [];
  const url = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (![url, 'data:,'].includes(request.url())) troubles.push(`asked for ${request.url()}`);
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => troubles.push(message.text()));
  page.on('dialog', (dialog) => troubles.push(`a dialog: ${dialog.message()}`));
  await page.goto(url);
  return { page, troubles };
}
