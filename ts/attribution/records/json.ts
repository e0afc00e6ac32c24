/** Reads JSON of other programs, which may hold anything. */
import { readFileSync, statSync } from 'node:fs';
import { isWithin, type Span } from './record.js';

/** A record of a thousand tasks has a few hundred kilobytes. */
const largestBytes = 32 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** Its fields; none where it is not an object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function codeOf(value: unknown): { code?: number } {
  return Number.isInteger(value) ? { code: value as number } : {};
}

/** Undefined where there is no such file, or it does not hold JSON. */
export function readJson(file: string): unknown {
  try {
    const stats = statSync(file);
    if (!stats.isFile() || stats.size > largestBytes) return undefined;
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether the file was last written in this span. */
export function isWrittenIn(file: string, span: Span): boolean {
  try {
    const { mtimeMs } = statSync(file);
    return isWithin({ startMs: mtimeMs, endMs: mtimeMs }, span);
  } catch {
    return false;
  }
}
