/** Looks into the package as npm would publish it: what must be there, and nothing else. */
import { execFileSync } from 'node:child_process';
import { packageRoot } from '../ts/package.js';

const allowed = [
  /^package\.json$/,
  /^README\.md$/,
  /^LICENSE$/,
  /^CHANGELOG\.md$/,
  /^man\/memtop\.1$/,
  /^dist\/(cli|index|bench-inside)\.js$/,
  /^dist\/heap-preload\.cjs$/,
  /^dist\/nx\/(plugin\.cjs|session\.js)$/,
  /^dist\/page\/page\.(js|css)$/,
  /^dist\/chunks\/[\w-]+\.js$/,
  /^dist\/types\/[\w/-]+\.d\.c?ts$/,
];
const largestPackedBytes = 470_000;

interface Packed {
  size: number;
  files: { path: string; mode: number }[];
}

const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: packageRoot,
  encoding: 'utf8',
});
// npm 11 lists packages; later versions key them by name.
const [packed] = Object.values(JSON.parse(output) as Record<string, Packed>);
if (!packed) throw new Error(`npm pack reported no package: ${output}`);

const paths = packed.files.map(({ path }) => path);
const problems = [
  ...paths
    .filter((path) => !allowed.some((pattern) => pattern.test(path)))
    .map((path) => `${path} must not be published`),
  ...allowed
    .filter((pattern) => !paths.some((path) => pattern.test(path)))
    .map((pattern) => `nothing published matches ${pattern}`),
  ...packed.files
    .filter(({ path, mode }) => path === 'dist/cli.js' && (mode & 0o111) === 0)
    .map(({ path }) => `${path} is not executable`),
  ...(packed.size > largestPackedBytes ? [`${packed.size} bytes packed are too many`] : []),
];
process.stdout.write(
  `${problems.join('\n') || `${paths.length} files, ${packed.size} bytes packed`}\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
