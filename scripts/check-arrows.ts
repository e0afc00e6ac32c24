/**
 * Checks that the code keeps to the table of dependencies in docs/architecture.md, and that no
 * files of ts/ import one another in a circle.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../ts/package.js';
import { type Arrow, allowedArrows, arrowsOfTypeScript, problemsOf } from './arrows.js';
import { importCircles } from './circles.js';

interface Metadata {
  packages: {
    name: string;
    manifest_path: string;
    dependencies: { name: string; kind: string | null }[];
  }[];
}

function arrowsOfCrates(): Arrow[] {
  const metadata = JSON.parse(
    execFileSync('cargo', ['metadata', '--no-deps', '--format-version', '1'], {
      cwd: packageRoot,
      encoding: 'utf8',
      maxBuffer: Number.POSITIVE_INFINITY,
    }),
  ) as Metadata;
  const room = (name: string) => `crates/${name.replace('memtop-', '')}`;
  const ours = metadata.packages.filter(({ name }) => name !== 'memtop-bench');
  return ours.flatMap(({ name, dependencies }) =>
    dependencies
      .filter((dependency) => dependency.kind === null && dependency.name.startsWith('memtop-'))
      .map((dependency) => ({
        from: room(name),
        to: room(dependency.name),
        file: `${room(name)}/Cargo.toml`,
        isOfTypes: false,
      })),
  );
}

const page = readFileSync(join(packageRoot, 'docs/architecture.md'), 'utf8');
const arrows = [...arrowsOfCrates(), ...arrowsOfTypeScript(packageRoot)];
const circles = importCircles(packageRoot).map(
  (files) => `import circle: ${[...files, files[0]].join(' → ')}`,
);
const problems = [...problemsOf(arrows, allowedArrows(page)), ...circles];
process.stdout.write(`${problems.join('\n') || `${arrows.length} arrows are as they should be`}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
