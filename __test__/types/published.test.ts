import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { packageRoot } from '../../ts/package.js';
import { temporaryFolder } from '../helpers/folder.js';

const execute = promisify(execFile);

test('each part of a result has a type that programs can name', (t) => {
  const source = (file: string) => readFileSync(join(packageRoot, 'ts', file), 'utf8');
  const parts = source('result/types.ts').matchAll(/^export (?:interface|type) (\w+)/gm);
  const [, exported = ''] =
    /^export type \{([^}]+)\} from '\.\/result\/types\.js';$/m.exec(source('index.ts')) ?? [];
  t.deepEqual(exported.match(/\w+/g)?.sort(), [...parts].map(([, name]) => `${name}`).sort());
});

test('a strict program compiles against the published types, without libraries', async (t) => {
  const folder = temporaryFolder(t);
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(packageRoot, 'node_modules', name), join(modules, name));
  }
  mkdirSync(join(modules, 'memtop'));
  for (const name of ['package.json', 'dist']) {
    symlinkSync(join(packageRoot, name), join(modules, 'memtop', name));
  }
  writeFileSync(
    join(folder, 'program.mts'),
    `import { spawn } from 'node:child_process';
     import { MemoryTracker, run } from 'memtop';
     await using running = run(['make']);
     new MemoryTracker().startTracking(spawn('make').pid);`,
  );
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        lib: ['es2022', 'esnext.disposable'],
        types: ['node'],
        module: 'nodenext',
        strict: true,
        noEmit: true,
        preserveSymlinks: true,
      },
    }),
  );
  const tsc = join(packageRoot, 'node_modules/.bin/tsc');
  const { stdout } = await execute(tsc, ['-p', folder]).catch((error) => error);
  t.is(stdout, '');
});
