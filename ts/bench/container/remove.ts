/** Removes a container, however it ended. The engine does it itself as a rule. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import type { Engine } from './engine.js';

/** What the containers of benches are called. */
const ownName = /^memtop-\d+-\d+-\d+$/;
let count = 0;

export function containerName(): string {
  return `memtop-${process.pid}-${Date.now()}-${count++}`;
}

/**
 * The label of the container that an exchange folder belongs to. The path is hashed, since engines
 * split the value of a filter at commas.
 */
export function containerLabel(exchange: string): string {
  const hash = createHash('sha256').update(realpathSync(exchange)).digest('hex').slice(0, 32);
  return `memtop.bench=${hash}`;
}

export function removeContainer({ program }: Engine, name: string): void {
  spawnSync(program, ['rm', '--force', name], { stdio: 'ignore' });
}

/**
 * Removes the container of an exchange folder. Only the engine says which one that is: the content
 * of the folder may have come with the repository.
 */
export function removeContainerOf(engine: Engine, exchange: string): void {
  const filter = ['--filter', `label=${containerLabel(exchange)}`];
  const { stdout } = spawnSync(
    engine.program,
    ['ps', '--all', ...filter, '--format', '{{.Names}}'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  for (const name of (stdout ?? '').split(/\s+/).filter((name) => ownName.test(name))) {
    removeContainer(engine, name);
  }
}
