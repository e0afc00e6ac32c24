export default {
  files: ['__test__/**/*.test.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  // Tests start processes and look at this one's descriptors; threads would share them.
  workerThreads: false,
  timeout: '60s',
};
