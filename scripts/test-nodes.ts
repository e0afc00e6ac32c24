/**
 * Runs the tests on every supported version of Node, with the binaries that npm's package `node`
 * carries. What it installs goes into a temporary folder that it removes. memtop must be built.
 *
 *     npm run test:nodes                  the versions that are supported
 *     npm run test:nodes -- 22 24         these
 *     npm run test:nodes -- --smoke       only: does what is in dist run and measure
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../ts/package.js';

const supportedVersions = ['20', '22', '24', '26'];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean', default: false } },
});
const versions = positionals.length > 0 ? positionals : supportedVersions;
const check = options.smoke ? smokeTest : testSuite;

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => interruption.abort());
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

class Failure extends Error {}

function runToEnd(
  [program, ...args]: readonly [string, ...string[]],
  { cwd = packageRoot, path = process.env.PATH }: { cwd?: string; path?: string | undefined } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: interruption.signal,
    });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, output }));
  });
}

/** @throws Failure with all of the output */
async function succeed(...call: Parameters<typeof runToEnd>): Promise<Ended> {
  const ended = await runToEnd(...call);
  if (ended.code === 0) return ended;
  throw new Failure(`${ended.output}\n${call[0].join(' ')} exited with ${ended.code}`);
}

/** @returns the path of Node's binary */
async function install(version: string, folder: string): Promise<string> {
  const npm = ['npm', 'install', '--prefix', folder, '--no-save', '--no-package-lock'] as const;
  await succeed([...npm, '--no-audit', '--no-fund', `node@${version}`], { cwd: folder });
  return join(folder, 'node_modules/node/bin/node');
}

async function testSuite(node: string): Promise<void> {
  // Tests that start `node` by its name mean this one, too.
  const path = [dirname(node), process.env.PATH].join(delimiter);
  await succeed([node, 'node_modules/ava/entrypoints/cli.mjs'], { path });
}

async function smokeTest(node: string): Promise<void> {
  const { stdout, output } = await succeed([node, 'dist/cli.js', '--json', '-', '--', 'true']);
  if (samplingMethodIn(stdout) !== 'scanned') {
    throw new Failure(`${output}\nthe result does not say that memory was scanned`);
  }
  await succeed([node, '--input-type=module', '--eval', "import { run } from 'memtop'; run.name"]);
}

function samplingMethodIn(json: string): unknown {
  try {
    return JSON.parse(json).sampling.method;
  } catch {
    return undefined;
  }
}

/** Installs, tests and removes one version. */
async function passes(version: string): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'memtop-nodes-'));
  let name = `node ${version}`;
  try {
    const node = await install(version, folder);
    name = `node ${(await succeed([node, '--print', 'process.versions.node'])).stdout.trim()}`;
    const startedAtMs = performance.now();
    await check(node);
    print(`${name}  ok  ${((performance.now() - startedAtMs) / 1000).toFixed(0)}s`);
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    print(`${error.message}\n${name}  failed`);
    return false;
  } finally {
    // What an interrupted npm was still writing may come in between.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  let passed = 0;
  for (const version of versions) {
    if (await passes(version)) passed += 1;
  }
  print(`${passed} passed, ${versions.length - passed} failed`);
  process.exitCode = passed === versions.length ? 0 : 1;
} catch (error) {
  if (!interruption.signal.aborted) throw error;
  print('interrupted');
  process.exitCode = 1;
}
