/** Converts sizes for the addon. */
import type { Size } from '../size.js';
import type { Guarded } from './session.js';

type NativeSize = { bytes: number } | { percent: number };
type Sizes = { warn?: NativeSize; limit?: NativeSize; guard?: boolean };

export function withSizes<T extends Guarded>(options: T): Omit<T, keyof Guarded> & Sizes {
  const { warn, limit, guard, ...others } = options;
  return {
    ...others,
    ...(guard !== undefined && { guard }),
    ...(warn !== undefined && { warn: nativeSize(warn) }),
    ...(limit !== undefined && { limit: nativeSize(limit) }),
  };
}

export function nativeSize(size: Size): NativeSize {
  return typeof size === 'number' ? { bytes: size } : size;
}
