/** What memtop throws. Each error has a `code` that equals its name, unless it is one of Node's. */

export abstract class MemtopError extends Error {
  abstract readonly code: string;

  override get name(): string {
    return this.code;
  }
}

/** No process has the given pid. */
export class ProcessNotFound extends MemtopError {
  readonly code = 'ProcessNotFound';
}

/** The operating system denied access to the process. */
export class PermissionDenied extends MemtopError {
  readonly code = 'PermissionDenied';
}

/** A process must not be ended, or has survived every attempt. */
export class KillFailed extends MemtopError {
  readonly code = 'KillFailed';
}

/** A system call failed. */
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

/** A store was used after it was closed. */
export class StoreClosed extends MemtopError {
  readonly code = 'StoreClosed';
}

/** An option has an invalid value. */
export class InvalidOption extends MemtopError {
  readonly code = 'InvalidOption';
}

/** The native addon is missing, or made for another platform or version. */
export class AddonUnavailable extends MemtopError {
  readonly code = 'AddonUnavailable';
}

/** The message of an error. Anything can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
