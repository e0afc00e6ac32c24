/** A usage error: one line that says what is wrong and how to fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
