/** What memtop throws. Each error has a `code` that equals its name, unless it is one of Node's. */

export abstract class MemtopError extends Error {
  abstract readonly code: string;

  override get name(): string {
    return this.code;
  }
}

/** There is no process with the pid that was asked for. */
export class ProcessNotFound extends MemtopError {
  readonly code = 'ProcessNotFound';
}

/** The operating system refused because of who is asking. */
export class PermissionDenied extends MemtopError {
  readonly code = 'PermissionDenied';
}

/** A process is still there, because it must not be ended or has outlived everything. */
export class KillFailed extends MemtopError {
  readonly code = 'KillFailed';
}

/** The operating system failed. */
export class SystemError extends MemtopError {
  readonly code = 'SystemError';
}

/** A text is no result, or results cannot be compared. */
export class UnusableResult extends MemtopError {
  readonly code = 'UnusableResult';
}

/** The store has no run of that name, or more than one. */
export class RunNotFound extends MemtopError {
  readonly code = 'RunNotFound';
}

/** An option has a value that it cannot have. */
export class InvalidOption extends MemtopError {
  readonly code = 'InvalidOption';
}

/** The addon that measures is missing, for another platform, or of another version. */
export class AddonUnavailable extends MemtopError {
  readonly code = 'AddonUnavailable';
}

/** What an error says; anything can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
