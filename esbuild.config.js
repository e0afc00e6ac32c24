/**
 * Bundles ts/ into dist/. What only some commands need stays in chunks of its own; what the plain
 * path of the command line needs is one file, since each further file costs start-up time.
 */
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

/**
 * An `import` of a built-in module touches all its exports, and for node:fs that loads the
 * streams: 2 ms at each start. What this makes of it does not.
 */
const builtins = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

rmSync('dist', { recursive: true, force: true });
for (const [name, entry] of Object.entries({ cli: 'ts/cli/main.ts', index: 'ts/index.ts' })) {
  await build({
    entryPoints: { [name]: entry },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
    plugins: [builtins],
  });
}
