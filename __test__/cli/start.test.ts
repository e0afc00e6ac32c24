/** Finds what would slow down the start of the command line, without timing it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { build } from 'esbuild';
import { packageRoot } from '../../ts/package.js';
import { temporaryFolder } from '../helpers/folder.js';
import { cliPath, Running } from '../helpers/processes.js';

/** Node starts without these. Each takes a millisecond or more, most by what it loads in turn. */
const slow = ['child_process', 'crypto', 'fs/promises', 'net', 'perf_hooks', 'stream', 'tty'];

async function slowOnesLoaded(t: ExecutionContext, entry: readonly string[]): Promise<string[]> {
  const file = join(temporaryFolder(t), 'loaded.json');
  // memtop ends by its addon, and other programs as usual.
  const preload = `
    const save = () => {
      const list = JSON.stringify(process.moduleLoadList);
      process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(file)}, list);
    };
    process.on('exit', save);
    const { dlopen } = process;
    process.dlopen = (module, ...rest) => {
      dlopen(module, ...rest);
      const { exitNow } = module.exports;
      module.exports.exitNow = (code) => (save(), exitNow(code));
    };`;
  const imported = `data:text/javascript,${encodeURIComponent(preload)}`;
  const running = new Running(process.execPath, ['--import', imported, ...entry]);
  const { code, stderr } = await running.finished();
  t.is(code, 0, stderr);
  const loaded = new Set<string>(JSON.parse(readFileSync(file, 'utf8')));
  return slow.filter((name) => loaded.has(`NativeModule ${name}`));
}

test('a quiet run loads no built-in module that is slow', async (t) => {
  t.deepEqual(await slowOnesLoaded(t, [cliPath, '--quiet', '--', 'true']), []);
  const program = "import 'node:child_process'; import 'node:tty'; import 'node:crypto';";
  const seen = await slowOnesLoaded(t, ['--input-type=module', '--eval', program]);
  t.true(['child_process', 'crypto', 'net', 'tty'].every((name) => seen.includes(name)));
});

test('the code that every run needs is one file', async (t) => {
  const { metafile } = await build({
    entryPoints: [cliPath],
    format: 'esm',
    metafile: true,
    write: false,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  t.deepEqual(
    imports.filter(({ kind }) => kind !== 'dynamic-import'),
    [],
  );
  t.true(imports.length > 0);
});

test('the command line does not carry the schema library', (t) => {
  const holdsZod = (name: string) =>
    loadedWith(join(packageRoot, 'dist', name)).some((text) => text.includes('_zod'));
  t.deepEqual([holdsZod('cli.js'), holdsZod('index.js')], [false, true]);
});

/** The texts of a file and of its static imports, without dynamic ones. */
function loadedWith(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const imported = [...text.matchAll(/(?:from|import)\s*["'](\.[^"']+)["']/g)];
  const others = imported.flatMap(([, path = '']) => loadedWith(join(dirname(file), path), seen));
  return [text, ...others];
}
