/**
 * Runs all checks, one after the other, as CI does.
 *
 *     npm run check [-- --without tests]
 */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { packageRoot } from '../ts/package.js';

/** By name: a command line for the shell, run from the root of the checkout. */
const checks: Record<string, string> = {
  build: 'npm run build',
  'generated files':
    'npm run generate && git diff --exit-code -- ts/native/binding.d.ts ts/result ' +
    'docs/result.md docs/config.md man npm',
  rustfmt: 'cargo fmt --all --check',
  clippy: 'cargo clippy --workspace --all-targets -- -D warnings',
  'fuzz targets':
    'cargo check --manifest-path crates/proc/fuzz/Cargo.toml --target-dir target/fuzz --quiet',
  'rust docs': 'RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet',
  types: 'npm run check:types',
  'format and lint': 'npm run check:lint',
  'unused code': 'npm run check:unused',
  arrows: 'npm run check:arrows',
  tests: 'ava && cargo test --workspace --quiet',
  'package exports': 'npm run check:exports',
  'package content': 'npm run check:package',
  licences: 'npm run check:licences',
};

const without = process.argv.flatMap((argument, index, all) =>
  all[index - 1] === '--without' ? [argument] : [],
);
const unknown = without.find((name) => !(name in checks));
if (unknown !== undefined) {
  say(`there is no check ${unknown}; there are: ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}

const failed: string[] = [];
const names = Object.keys(checks).filter((name) => !without.includes(name));
for (const name of names) {
  const startedAt = performance.now();
  const { status, output } = runCheck(checks[name] ?? '');
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  say(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name}  ${seconds}s`);
  if (status !== 0) {
    failed.push(name);
    say(output);
  }
}
say(`${names.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;

function runCheck(command: string): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('sh', ['-c', command], {
    cwd: packageRoot,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  return { status, output: `${stdout}${stderr}${error?.message ?? ''}` };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
