/** Removes what killed memtops left behind. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './engine.js';
import { connectLifeline, isGone } from './lifeline.js';
import { removeContainerOf } from './remove.js';

export const exchangePrefix = '.container-';

export async function removeLeftovers(folder: string, engine: Engine): Promise<void> {
  const names = readdirSync(folder).filter((name) => name.startsWith(exchangePrefix));
  for (const exchange of names.map((name) => join(folder, name))) {
    if (!(await isLeftOver(exchange))) continue;
    removeContainerOf(engine, exchange);
    rmSync(exchange, { recursive: true, force: true });
  }
}

async function isLeftOver(exchange: string): Promise<boolean> {
  try {
    (await connectLifeline(exchange)).destroy();
    return false;
  } catch (error) {
    return isGone(error);
  }
}
