/** Converts results of the older schema to the current one. */
import { olderResultSchemaName, resultSchemaName } from './name.js';

type Fields = Record<string, unknown>;

/**
 * Converts a result of `memtop.result/1` to one of `memtop.result/2`, in the metric that it was
 * measured in; any other value is returned unchanged.
 */
export function asCurrentResult(value: unknown): unknown {
  if (!isObject(value) || value.schema !== olderResultSchemaName) return value;
  return {
    ...(withPeak(value) as Fields),
    schema: resultSchemaName,
    ...listOf('tasks', value, withPeak),
  };
}

function withPeak(value: unknown): unknown {
  if (!isObject(value) || !isObject(value.peak)) return value;
  return { ...value, peak: { ...value.peak, ...listOf('processes', value.peak, withBytes) } };
}

/** In the older schema `pssBytes` was the part of the peak, whether it had been read or not. */
function withBytes(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { pssBytes, ...process } = value;
  return { ...process, bytes: pssBytes ?? process.rssBytes };
}

function listOf(key: string, value: Fields, each: (one: unknown) => unknown): Fields {
  const list = value[key];
  return Array.isArray(list) ? { [key]: list.map(each) } : {};
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
