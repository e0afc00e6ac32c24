/** Reads and checks a config. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { messageOf } from '../../errors.js';
import { nearest } from '../nearest.js';
import { UsageError } from '../usage-error.js';
import type { ConfigFile } from './find.js';
import { type Config, configSchema, keysAt } from './schema.js';

/** A config and its location. */
export interface FoundConfig {
  /** For error messages: the file, with the key if it is a package.json. */
  readonly source: string;
  readonly folder: string;
  readonly config: Config;
}

/** @throws UsageError that names the file and the key */
export async function loadConfig(file: ConfigFile): Promise<FoundConfig> {
  const source = file.isPackage ? `${file.path}: "memtop"` : file.path;
  const parsed = z.safeParse(configSchema, await contentOf(file));
  if (!parsed.success) throw new UsageError(problemText(source, parsed.error.issues[0]));
  return { source, folder: dirname(file.path), config: parsed.data };
}

async function contentOf({ path, isPackage }: ConfigFile): Promise<unknown> {
  try {
    if (isPackage) return JSON.parse(readFileSync(path, 'utf8')).memtop;
    if (path.endsWith('.json')) return JSON.parse(readFileSync(path, 'utf8'));
    const exported = (await import(pathToFileURL(path).href)) as { default?: unknown };
    if (exported.default !== undefined) return exported.default;
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${messageOf(error).split('\n')[0]}`);
  }
  throw new UsageError(`${path} exports no config: export default { … }`);
}

function problemText(source: string, issue: z.core.$ZodIssue | undefined): string {
  const path = issue?.path ?? [];
  const at = path.length > 0 ? `${source}: ${placeText(path)}` : source;
  if (issue?.code !== 'unrecognized_keys') return `${at} ${issue?.message ?? 'cannot be used'}`;
  const [key = ''] = issue.keys;
  const keys = keysAt(path.map(String));
  const meant = nearest(key, keys);
  const where = path.length > 0 ? ` in ${placeText(path)}` : '';
  const advice = meant ? `did you mean ${meant}?` : `available: ${keys.join(', ')}`;
  return `${source}: unknown key ${JSON.stringify(key)}${where}; ${advice}`;
}

/** As in JavaScript: `rules[0].argv`. */
function placeText(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return parts.join('').replace(/^\./, '');
}
