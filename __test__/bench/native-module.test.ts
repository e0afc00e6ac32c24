import test from 'ava';
import { nativeModuleHint } from '../../ts/bench/native-module.js';

const ofAbi = `Error: The module '/app/node_modules/x/build/Release/x.node'
was compiled against a different Node.js version using
NODE_MODULE_VERSION 115. This version of Node.js requires
NODE_MODULE_VERSION 137. Please try re-compiling or re-installing`;

test('another ABI names both versions of Node and the image that would do', (t) => {
  t.is(
    nativeModuleHint(ofAbi, 'node:24-bookworm'),
    'a native module in node_modules was built for Node 20 (ABI 115), and node:24-bookworm has ' +
      'Node 24 (ABI 137): take an image of that Node, as with --image node:20-bookworm, or ' +
      'reinstall it in the image',
  );
  t.regex(nativeModuleHint(ofAbi) ?? '', /this machine has Node 24 \(ABI 137\): reinstall it/);
  t.regex(nativeModuleHint(ofAbi.replace('115', '999'), 'x') ?? '', /built for ABI 999 of Node,/);
});

for (const [output, hint] of [
  ["/lib/libc.so.6: version `GLIBC_2.38' not found (required by x.node)", /needs GLIBC_2\.38/],
  [
    'Error loading shared library ld-linux-x86-64.so.2: No such file',
    /built for glibc, and img has musl/,
  ],
  ['Error: x.node: invalid ELF header', /for another platform than img/],
  ['Error: Cannot find module @rollup/rollup-linux-x64-musl', /installed on another platform/],
] as const) {
  test(`the hint names the cause of: ${output}`, (t) => {
    t.regex(nativeModuleHint(output, 'img') ?? '', hint);
  });
}

test('an ordinary failure has no such hint', (t) => {
  t.is(nativeModuleHint('error TS2345: Argument of type string', 'img'), undefined);
});
