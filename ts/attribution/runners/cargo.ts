import type { Runner } from '../rule.js';

export const cargo: Runner = {
  name: 'cargo',
  level: 'script',
  tasks: [
    {
      env: { CARGO_PKG_NAME: true, CARGO_MANIFEST_DIR: true },
      argv: '^\\S*/build/[^/ ]+/build-script-[^/ ]+$',
      task: '{CARGO_PKG_NAME}:build script',
    },
    {
      env: { CARGO_PKG_NAME: true, CARGO_MANIFEST_DIR: true },
      argv: '^\\S*/deps/(?<binary>[^/ ]+)-[0-9a-f]{16}(?: |$)',
      task: '{CARGO_PKG_NAME}:test {binary}',
    },
    {
      env: { CARGO_PKG_NAME: true, CARGO_CRATE_NAME: true },
      argv: '^(?:\\S*/)?rustdoc ',
      task: '{CARGO_PKG_NAME}:doc {CARGO_CRATE_NAME}',
    },
    {
      env: { CARGO_PKG_NAME: true, CARGO_CRATE_NAME: true },
      // A wrapper or clippy may precede it. What rustdoc compiles belongs to rustdoc.
      argv: '(?:^|/| )rustc --crate-name ',
      task: '{CARGO_PKG_NAME}:{CARGO_CRATE_NAME}',
    },
  ],
};
