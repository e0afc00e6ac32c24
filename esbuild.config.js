/**
 * Bundles ts/ into dist/. The plain path of the command line is one file, cli.js, since each
 * further file costs start-up time; what only some commands need is loaded later, from chunks/.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * An `import` of a built-in module touches all its exports, and for node:fs that loads the
 * streams: 2 ms at each start. A bundled `require` copies them. This takes each name that is used
 * from the module itself, and what is marked as pure goes where nobody uses it.
 */
const builtins = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'require-call' && isBuiltin(path) ? { path, namespace: 'required' } : undefined,
    );
    // A module has no `require`.
    onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== 'default');
      const lines = [
        `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)});`,
        'export default builtin;',
        ...names.map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`),
      ];
      return { contents: lines.join('\n') };
    });
  },
};

/**
 * What cli.js imports later gets bundles of its own. Split off in one build with cli.js, it would
 * take all that both need into a third file, which every start would have to load.
 */
const loadedLater = new Set();
const later = {
  name: 'later',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      loadedLater.add(resolve(resolveDir, path.replace(/\.js$/, '.ts')));
      return { path: `./chunks/${basename(path)}`, external: true };
    });
  },
};

/**
 * Modules with state, or with classes of errors that are compared. There is one copy of each in a
 * process: cli.js exports its own, and the chunks use that.
 */
const shared = [
  'ts/cli/current-folder.ts',
  'ts/cli/usage-error.ts',
  'ts/cli/write.ts',
  'ts/errors.ts',
  'ts/heap/preload-file.ts',
  'ts/native/errors.ts',
  'ts/native/load.ts',
  'ts/package.ts',
].map((path) => ({ path: resolve(path), name: path.replace(/\W/g, '_') }));

const exportingShared = {
  name: 'exporting-shared',
  setup({ onLoad }) {
    onLoad({ filter: /ts\/cli\/main\.ts$/ }, ({ path }) => {
      const lines = shared.map(({ path, name }) => `export * as ${name} from '${path}';`);
      return { contents: `${readFileSync(path, 'utf8')}\n${lines.join('\n')}`, loader: 'ts' };
    });
  },
};

const usingShared = {
  name: 'using-shared',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cli\.js$/ }, () => ({ path: '../cli.js', external: true }));
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path.replace(/\.js$/, '.ts'));
      const isShared = shared.some(({ path }) => path === file);
      return isShared ? { path: file, namespace: 'shared' } : undefined;
    });
    onLoad({ filter: /./, namespace: 'shared' }, ({ path }) => {
      const { name } = shared.find((one) => one.path === path);
      const exported = /^export (?:async |abstract )?(?:function|class|const) (\w+)/gm;
      const names = [...readFileSync(path, 'utf8').matchAll(exported)].map(([, name]) => name);
      return {
        contents: `import { ${name} } from 'cli.js'; export const { ${names} } = ${name};`,
      };
    });
  },
};

/** Ink asks for its tools for developers only where it is run by one. */
const withoutInkTools = {
  name: 'without-ink-tools',
  setup({ onLoad }) {
    onLoad({ filter: /ink\/build\/devtools\.js$/ }, () => ({ contents: '' }));
  },
};

/** Text is measured in one way only. */
const ownWidths = {
  name: 'own-widths',
  setup({ onResolve }) {
    const path = resolve('ts/ui/terminal/string-width.ts');
    onResolve({ filter: /^string-width$/ }, () => ({ path }));
  },
};

const options = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
  metafile: true,
};

/** Node loads it by its path into the processes of a run, and their Node may be an old one. */
const preload = {
  ...options,
  entryPoints: { 'heap-preload': 'ts/heap/preload.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  target: 'node12',
};

/** What a page of `--html` holds of its own: its script and its style. */
const page = {
  ...options,
  entryPoints: ['ts/report/page/main.ts', 'ts/report/page/page.css'],
  entryNames: 'page',
  outdir: 'dist/page',
  format: 'iife',
  platform: 'browser',
  target: ['chrome110', 'firefox110', 'safari16'],
  minify: true,
};

rmSync('dist', { recursive: true, force: true });
const cli = await build({
  ...options,
  entryPoints: { cli: 'ts/cli/main.ts' },
  outdir: 'dist',
  minifyIdentifiers: true,
  plugins: [builtins, later, exportingShared],
});
const chunks = await build({
  ...options,
  entryPoints: [...loadedLater],
  outdir: 'dist/chunks',
  entryNames: '[name]',
  splitting: true,
  jsx: 'automatic',
  minifyIdentifiers: true,
  // The layout of Ink is WebAssembly in a data URL. Where there is no fetch, which takes Node some
  // 30 ms to load, it is decoded in place.
  define: { ...options.define, fetch: 'undefined' },
  plugins: [builtins, withoutInkTools, ownWidths, usingShared],
});
const library = await build({
  ...options,
  entryPoints: {
    index: 'ts/index.ts',
    'nx/session': 'ts/nx/session.ts',
    // Runs by itself in a container.
    'bench-inside': 'ts/bench/container/inside.ts',
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  plugins: [builtins],
});
await build(preload);
await build(page);
// Nx loads plugins with `require`, and every run of Nx loads this one, measured or not.
const plugin = await build({
  ...options,
  format: 'cjs',
  entryPoints: { 'nx/plugin': 'ts/nx/plugin.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  external: ['./session.js'],
});

// For the test that no module with state is loaded twice.
const programs = { cli: [cli, chunks], library: [library, plugin] };
const outputs = Object.entries(programs).map(([program, bundles]) => [
  program,
  Object.assign({}, ...bundles.map(({ metafile }) => metafile.outputs)),
]);
writeFileSync('dist/outputs.json', JSON.stringify(Object.fromEntries(outputs)));
