/** The facts about this machine that the checks judge. */
import os from 'node:os';
import { AddonUnavailable } from '../errors.js';
import type { Survey } from '../native/addon.js';
import { loadAddon } from '../native/load.js';

export interface Facts {
  /** As Node names them: linux, x64. */
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  /** Release of the operating system. */
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The addon's findings, or why there is no addon. */
  readonly survey: Survey | { readonly unavailable: string };
}

export function collectFacts(): Facts {
  return {
    os: process.platform,
    arch: process.arch,
    node: process.versions.node,
    kernel: os.release(),
    cpus: os.cpus().length,
    memoryBytes: os.totalmem(),
    survey: survey(),
  };
}

function survey(): Facts['survey'] {
  try {
    return loadAddon().survey();
  } catch (error) {
    if (!(error instanceof AddonUnavailable)) throw error;
    return { unavailable: error.message };
  }
}
