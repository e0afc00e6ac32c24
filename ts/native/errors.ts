/** Maps errors of the addon to memtop's own. */
import {
  InvalidOption,
  KillFailed,
  type MemtopError,
  PermissionDenied,
  ProcessNotFound,
  StoreClosed,
  SystemError,
} from '../errors.js';

/** Why a command did not start. It becomes part of a result and is not thrown to users. */
export class NotStarted extends Error {
  readonly code: 'CommandNotFound' | 'CommandNotExecutable' | 'SystemError';

  constructor(code: NotStarted['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const thrown: Record<string, new (message: string) => MemtopError> = {
  InvalidOption,
  KillFailed,
  PermissionDenied,
  ProcessNotFound,
  StoreClosed,
  SystemError,
};

/** An error of the addon as one of memtop's; anything else unchanged. */
export function fromAddon(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const Known = thrown[String(error.code)];
  return Known ? new Known(error.message) : error;
}

/** The same for an error in starting a command. */
export function fromStart(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'CommandNotFound':
    case 'CommandNotExecutable':
    case 'SystemError':
      return new NotStarted(error.code, error.message);
    default:
      return fromAddon(error);
  }
}
