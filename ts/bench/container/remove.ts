/** Removes a container, however it ended. The engine does it itself as a rule. */
import { spawnSync } from 'node:child_process';
import type { Engine } from './engine.js';

export function removeContainer({ program }: Engine, name: string): void {
  spawnSync(program, ['rm', '--force', name], { stdio: 'ignore' });
}
