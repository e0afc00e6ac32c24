/** The container of a run, and the engine's arguments that create it. */
import type { Engine } from './engine.js';

export const defaultImage = 'node:24-bookworm';

/** memtop's own folder in the container. Every image has /run. */
const ownFolder = '/run/memtop';

/** Variables passed on to the command, by name only, so that no value is visible to others. */
const passedOn = ['NODE_OPTIONS', 'NODE_ENV', 'CI', 'NO_COLOR', 'FORCE_COLOR'];

export interface Container {
  readonly engine: Engine;
  readonly image?: string | undefined;
  /** Instead of an image: a folder with a whole system. */
  readonly rootfs?: string | undefined;
  readonly memoryLimitBytes?: number | undefined;
  /** Removes it even where the engine's client is gone. */
  readonly name: string;
  /** Tells later benches whose it is. */
  readonly label: string;
  /** The project; in the container it has the same path. */
  readonly project: string;
  readonly cwd: string;
  readonly user: { readonly uid: number; readonly gid: number };
  /** memtop itself, and the folders of its addons where those are not in it. */
  readonly package: string;
  readonly addons: readonly { readonly name: string; readonly folder: string }[];
  /** Node of this machine, for an image that has none or an old one. */
  readonly node: string;
  /** The folder of the job and the report. */
  readonly exchange: string;
  /** The file that gets a row for each sample. */
  readonly timeline: string;
}

/** The arguments of the engine. */
export function engineArguments(
  container: Container,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const { engine, name, label, project, cwd, memoryLimitBytes, image, rootfs } = container;
  const limit = memoryLimitBytes === undefined ? [] : [`${memoryLimitBytes}`];
  const root = rootfs === undefined ? [image ?? defaultImage] : ['--rootfs', rootfs];
  return [
    'run',
    '--rm',
    ...['--name', name],
    ...['--label', label],
    // Otherwise the container would see the machine's group as the root, not its own.
    ...['--cgroupns', 'private'],
    ...userOptions(engine, container.user),
    ...['--env', 'HOME=/tmp'],
    ...passedOn.filter((one) => environment[one]).flatMap((one) => ['--env', one]),
    // SELinux labels would keep the container from the caller's own files.
    ...['--security-opt', 'label=disable'],
    ...mount(project, project),
    ...mount(container.exchange, `${ownFolder}/exchange`),
    ...mount(container.timeline, `${ownFolder}/timeline.csv`),
    ...mount(container.package, `${ownFolder}/package`, 'readonly'),
    ...container.addons.flatMap(({ name, folder }) =>
      mount(folder, `${ownFolder}/${name}`, 'readonly'),
    ),
    ...mount(container.node, `${ownFolder}/node`, 'readonly'),
    ...['--workdir', cwd],
    // Without swap, or it would fit in anything.
    ...limit.flatMap((bytes) => ['--memory', bytes, '--memory-swap', bytes]),
    ...root,
    ...['sh', '-c', withSomeNode, 'sh'],
    ...['package/dist/bench-inside.js', 'exchange', 'timeline.csv'].map(
      (name) => `${ownFolder}/${name}`,
    ),
  ];
}

/** Runs the machine's own Node, or the image's where the C library differs. */
const withSomeNode =
  `if ${ownFolder}/node --version >/dev/null 2>&1; ` +
  `then exec ${ownFolder}/node "$@"; else exec node "$@"; fi`;

/** Written files belong to the caller, whom a rootless engine maps to the container's root. */
function userOptions({ kind, isRootless }: Engine, { uid, gid }: Container['user']): string[] {
  if (!isRootless) return ['--user', `${uid}:${gid}`];
  return kind === 'podman' ? ['--userns', 'keep-id', '--user', `${uid}:${gid}`] : ['--user', '0:0'];
}

function mount(source: string, target: string, ...options: string[]): string[] {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...options];
  return ['--mount', fields.map(field).join(',')];
}

/** Engines read it as a line of CSV. */
function field(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
