/** The native half of the benches, built on demand. */
import { spawnSync } from 'node:child_process';
import { packageRoot } from '../ts/package.js';

/** Builds `bench/engine` and returns the path of its program. */
export function buildEngine(): string {
  const build = ['build', '--release', '--quiet', '--package=memtop-bench'];
  const { stdout, status, error } = spawnSync(
    'cargo',
    [...build, '--message-format=json-render-diagnostics'],
    { cwd: packageRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (error) throw error;
  if (status !== 0) throw new Error('bench/engine cannot be built; cargo says why above');
  const built = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): { executable?: string | null } => JSON.parse(line))
    .find(({ executable }) => executable);
  if (!built?.executable) throw new Error('cargo built no program');
  return built.executable;
}
