/** A wrong call: one line that says what is wrong and what to do. */
export class UsageError extends Error {}
