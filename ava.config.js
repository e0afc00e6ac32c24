import { fileURLToPath } from 'node:url';

/** What tests record goes there, and never to the user's own store. */
const data = fileURLToPath(new URL('node_modules/.cache/memtop-test-data', import.meta.url));

export default {
  files: ['__test__/**/*.test.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  // Tests start processes and look at this one's descriptors; threads would share them.
  workerThreads: false,
  environmentVariables: { XDG_DATA_HOME: data },
  timeout: '60s',
};
