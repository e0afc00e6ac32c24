/** The native half of the benches, built when it is asked for. */
import { execFileSync } from 'node:child_process';
import { packageRoot } from '../ts/package.js';

/** Builds `bench/engine` and tells where its program is. */
export function buildEngine(): string {
  const messages = execFileSync(
    'cargo',
    [
      'build',
      '--release',
      '--quiet',
      '--package=memtop-bench',
      '--message-format=json-render-diagnostics',
    ],
    { cwd: packageRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const built = messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): { executable?: string | null } => JSON.parse(line))
    .find(({ executable }) => executable);
  if (!built?.executable) throw new Error('cargo built no program');
  return built.executable;
}
