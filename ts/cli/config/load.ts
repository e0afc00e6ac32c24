/** Reads and checks a config. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { mismatch } from '../../checked.js';
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
  const content = await contentOf(file);
  if (!isPlainObject(content)) {
    throw new UsageError(`${source} must be an object, not ${valueText(content)}`);
  }
  const parsed = z.safeParse(configSchema, content, { error: mismatch, reportInput: true });
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
  if (issue?.code !== 'unrecognized_keys') return `${at} ${mistakeText(issue)}`;
  const [key = ''] = issue.keys;
  const keys = keysAt(path.map(String));
  const meant = nearest(key, keys);
  const where = path.length > 0 ? ` in ${placeText(path)}` : '';
  const advice = meant ? `did you mean ${meant}?` : `available: ${keys.join(', ')}`;
  return `${source}: unknown key ${JSON.stringify(key)}${where}; ${advice}`;
}

/** What is expected and what was found; some messages contain both. */
function mistakeText(issue: z.core.$ZodIssue | undefined): string {
  const { message, input } = issue ?? { message: 'cannot be used', input: undefined };
  const [, expected, advice = ''] = /^(must [^;]*)(;.*)?$/.exec(message) ?? [];
  if (expected === undefined) return message;
  if (input === undefined) return `is missing; it ${expected}`;
  return `${expected}, not ${valueText(input)}${advice}`;
}

const longestValue = 60;

/** A value of the config, on one line. */
function valueText(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' && typeof value !== 'string') return `${value}`;
  const isPlain = typeof value === 'string' || value === null || Array.isArray(value);
  if (!isPlain && !isPlainObject(value)) return `a ${value.constructor?.name ?? 'object'}`;
  const text = jsonOf(value);
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // A script can make values that JSON has no form for.
    return Array.isArray(value) ? 'an array' : 'an object';
  }
}

/** As in JavaScript: `rules[0].argv`. */
function placeText(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    const key = String(part);
    return /^[a-z_$][\w$]*$/i.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  });
  return parts.join('').replace(/^\./, '');
}

/** Whether a value is what an object literal makes, and no array or instance of a class. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
