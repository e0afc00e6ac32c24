import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const rootfs: Valued<string> = {
  name: 'rootfs',
  value: 'DIR',
  summary: 'run it in a container with this folder for a root (podman)',
  read(text) {
    if (text === '') throw new UsageError('must name a folder');
    return text;
  },
};
