/** A workspace with a real Nx in it. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { packageRoot } from '../../ts/package.js';
import type { Result } from '../../ts/result/types.js';
import { temporaryFolder } from '../helpers/folder.js';
import { modulesOf, whyNotInstalled } from '../helpers/installed.js';
import { type Finished, Running, withoutMemtop } from '../helpers/processes.js';

export const whyNoNx = (version: string) => whyNotInstalled(`nx@${version}`);

const held = (megabytes: number, code = 0) =>
  `const held = Buffer.alloc(${megabytes} << 20, 1); ` +
  `setTimeout(() => process.exit(held[0] - 1 + ${code}), 400);`;

/** Of each kind of task one that succeeds, and one that fails. */
const files: Record<string, string> = {
  'package.json': '{"name":"workspace","private":true,"workspaces":["script"]}',
  'nx.json': JSON.stringify({
    plugins: ['memtop/nx'],
    analytics: false,
    neverConnectToCloud: true,
  }),
  '.gitignore': 'node_modules\n.nx/cache\n',
  'command/project.json': JSON.stringify({
    name: 'command',
    targets: {
      build: { command: 'node command/build.js', cache: true, configurations: { production: {} } },
    },
  }),
  'command/build.js': held(150),
  'failing/project.json': JSON.stringify({
    name: 'failing',
    targets: { fail: { command: 'node failing/build.js' } },
  }),
  'failing/build.js': held(90, 3),
  'executor/project.json': JSON.stringify({
    name: 'executor',
    targets: { build: { executor: './tools:hold', cache: true } },
  }),
  'tools/package.json': '{"name":"tools","executors":"./executors.json"}',
  'tools/executors.json': JSON.stringify({
    executors: {
      hold: { implementation: './hold.js', schema: './schema.json' },
      batch: {
        implementation: './hold.js',
        batchImplementation: './batch.js',
        schema: './schema.json',
      },
    },
  }),
  'tools/schema.json': '{"type":"object","properties":{}}',
  'tools/hold.js':
    'exports.default = async () => { const held = Buffer.alloc(120 << 20, 1); ' +
    'await new Promise((done) => setTimeout(done, 400)); return { success: held.length > 0 }; };',
  'tools/batch.js': `
    exports.default = async (graph, inputs) => {
      const held = Buffer.alloc(130 << 20, 1);
      await new Promise((done) => setTimeout(done, 400));
      const result = { success: held.length > 0, terminalOutput: '' };
      return Object.fromEntries(Object.keys(inputs).map((id) => [id, result]));
    };`,
  'first/project.json': JSON.stringify({
    name: 'first',
    targets: { batched: { executor: './tools:batch' } },
  }),
  'second/project.json': JSON.stringify({
    name: 'second',
    targets: { batched: { executor: './tools:batch' } },
  }),
  // Nothing about its processes shows which task they belong to.
  'hidden/project.json': JSON.stringify({
    name: 'hidden',
    targets: {
      work: {
        executor: 'nx:run-commands',
        options: {
          command: 'node hidden/work.js',
          env: { NX_TASK_TARGET_PROJECT: '', NX_TASK_TARGET_TARGET: '' },
        },
      },
    },
  }),
  'hidden/work.js': held(140),
  'script/package.json': '{"name":"script","scripts":{"build":"node build.js"}}',
  'script/build.js': held(110),
  'look/project.json': JSON.stringify({
    name: 'look',
    targets: { look: { command: 'node look/look.js' } },
  }),
  // The libraries that the plugin's process has loaded, from the kernel.
  'look/look.js': `
    const { readdirSync, readFileSync } = require('node:fs');
    const read = (pid, file) => {
      try { return readFileSync('/proc/' + pid + '/' + file, 'utf8'); } catch { return ''; }
    };
    const plugins = readdirSync('/proc').filter((pid) => {
      const args = read(pid, 'cmdline').split('\\0');
      return args.includes('memtop/nx') && args.includes(process.env.NX_WORKSPACE_ROOT);
    });
    const loaded = plugins.map((pid) => /memtop[^/]*\\.node/.test(read(pid, 'maps')));
    console.log('plugins ' + JSON.stringify(loaded));`,
};

interface Kind {
  readonly daemon?: boolean;
  readonly isRepository?: boolean;
  readonly hasPlugin?: boolean;
  /** What lies in its place in the package. */
  readonly addon?: string;
}

interface Conditions {
  readonly daemon?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

export function commitAll(folder: string): void {
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-qm', 'all'],
  ]) {
    const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
    spawnSync('git', [...author, ...args], { cwd: folder });
  }
}

export class Workspace {
  readonly folder: string;
  readonly #hasDaemon: boolean;

  constructor(
    t: ExecutionContext,
    version: string,
    { daemon = false, isRepository = true, hasPlugin = true, addon }: Kind = {},
  ) {
    this.folder = temporaryFolder(t);
    this.#hasDaemon = daemon;
    for (const [name, text] of Object.entries(files)) {
      const file = join(this.folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    if (!hasPlugin) {
      const { plugins: _plugins, ...others } = JSON.parse(files['nx.json'] ?? '');
      writeFileSync(join(this.folder, 'nx.json'), JSON.stringify(others));
    }
    const modules = join(this.folder, 'node_modules');
    mkdirSync(modules);
    symlinkSync(join(modulesOf(`nx@${version}`), 'nx'), join(modules, 'nx'));
    if (addon === undefined) symlinkSync(packageRoot, join(modules, 'memtop'));
    else {
      cpSync(join(packageRoot, 'dist'), join(modules, 'memtop/dist'), { recursive: true });
      cpSync(join(packageRoot, 'package.json'), join(modules, 'memtop/package.json'));
      writeFileSync(join(modules, `memtop/memtop.linux-${process.arch}-gnu.node`), addon);
    }
    if (isRepository) commitAll(this.folder);
    if (daemon) {
      t.teardown(async () => {
        await this.nx(['daemon', '--stop']);
      });
    }
  }

  get program(): string {
    const isNewer = existsSync(join(this.folder, 'node_modules/nx/dist/bin/nx.js'));
    return join(this.folder, 'node_modules/nx', isNewer ? 'dist/bin' : 'bin', 'nx.js');
  }

  get store(): string {
    return join(this.folder, '.nx', 'runs.db');
  }

  get environment(): NodeJS.ProcessEnv {
    const { NX_LOG_HEAP_USAGE: _outer, ...outside } = withoutMemtop(process.env);
    return {
      ...outside,
      LC_ALL: 'C.UTF-8',
      NX_DAEMON: `${this.#hasDaemon}`,
      NX_TUI: 'false',
      MEMTOP_STORE: this.store,
    };
  }

  /** Standard error goes through a pipe that can be opened anew, as a shell makes them. */
  async nx(args: readonly string[], { env = {} }: Conditions = {}): Promise<Finished> {
    const script = 'node "$@" 2>>stderr.log';
    writeFileSync(join(this.folder, 'stderr.log'), '');
    const running = new Running('sh', ['-c', script, 'sh', this.program, ...args], {
      cwd: this.folder,
      env: { ...this.environment, ...env },
    });
    running.child.stdin?.end();
    const finished = await running.finished();
    return { ...finished, stderr: readFileSync(join(this.folder, 'stderr.log'), 'utf8') };
  }

  /** The lines about tasks, by the ids of the tasks. */
  lines({ stderr }: Finished): Map<string, string> {
    const lines = stderr.split('\n').filter((line) => /^[✓✗•] /.test(line));
    return new Map(lines.map((line) => [line.split(' ')[1] ?? '', line]));
  }

  get result(): Result {
    return JSON.parse(
      readFileSync(join(this.folder, '.nx/workspace-data/memtop/last.json'), 'utf8'),
    );
  }

  get hasResult(): boolean {
    return existsSync(join(this.folder, '.nx/workspace-data/memtop/last.json'));
  }

  get gitStatus(): string {
    return spawnSync('git', ['status', '--short', '-uall'], { cwd: this.folder }).stdout.toString();
  }
}
