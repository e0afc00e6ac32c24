/** What is worth knowing of the machine when two results are compared. */
import os from 'node:os';
import type { Result } from '../result/types.js';

export function describeHost(): Result['run']['host'] {
  return {
    os: process.platform,
    arch: process.arch,
    kernel: os.release(),
    cpus: os.cpus().length,
    memoryBytes: os.totalmem(),
  };
}
