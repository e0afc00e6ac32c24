/** A usage error: one line that says what is wrong and how to fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** By name, since commands in other bundles have a copy of the class (esbuild.config.js). */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === 'UsageError';
}
