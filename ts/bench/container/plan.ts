/** A container that a command is to run in, and the call of the engine that makes it. */
import type { Engine } from './engine.js';

export const defaultImage = 'node:24-bookworm';

/** Where memtop's own things are in the container. /run is a place that every image has. */
const ownFolder = '/run/memtop';

/** What is handed on to the command where it is set, without its value being seen by others. */
const handedOn = ['NODE_OPTIONS', 'NODE_ENV', 'CI', 'NO_COLOR', 'FORCE_COLOR'];

export interface Container {
  readonly engine: Engine;
  readonly image?: string | undefined;
  /** Instead of an image: a folder that holds a whole system. */
  readonly rootfs?: string | undefined;
  readonly memoryLimitBytes?: number | undefined;
  /** By which it can be removed whatever has become of the engine's client. */
  readonly name: string;
  /** The project; in the container it has the same path. */
  readonly project: string;
  readonly cwd: string;
  readonly user: { readonly uid: number; readonly gid: number };
  /** memtop itself, and the folders of its addons where those are not in it. */
  readonly package: string;
  readonly addons: readonly { readonly name: string; readonly folder: string }[];
  /** Node of this machine, for an image that has none or an old one. */
  readonly node: string;
  /** What is to be run, and then how it was, are files in this folder. */
  readonly exchange: string;
  /** The file that gets a row for each sample. */
  readonly timeline: string;
}

/** The arguments of the engine. */
export function engineArguments(
  container: Container,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const { engine, name, project, cwd, memoryLimitBytes, image, rootfs } = container;
  const limit = memoryLimitBytes === undefined ? [] : [`${memoryLimitBytes}`];
  const root = rootfs === undefined ? [image ?? defaultImage] : ['--rootfs', rootfs];
  return [
    'run',
    '--rm',
    ...['--name', name],
    // Only so does the container see its own group, and not that of the machine, as the root.
    ...['--cgroupns', 'private'],
    ...userOptions(engine, container.user),
    ...['--env', 'HOME=/tmp'],
    ...handedOn.filter((one) => environment[one]).flatMap((one) => ['--env', one]),
    // Labels of SELinux would keep the container from the caller's own files.
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

/** The machine's own Node, which memtop runs on; that of the image where it has another C library. */
const withSomeNode =
  `if ${ownFolder}/node --version >/dev/null 2>&1; ` +
  `then exec ${ownFolder}/node "$@"; else exec node "$@"; fi`;

/** What is written belongs to the caller. An engine without root maps its own root to the caller. */
function userOptions({ kind, isRootless }: Engine, { uid, gid }: Container['user']): string[] {
  if (!isRootless) return ['--user', `${uid}:${gid}`];
  return kind === 'podman' ? ['--userns', 'keep-id', '--user', `${uid}:${gid}`] : ['--user', '0:0'];
}

function mount(source: string, target: string, ...options: string[]): string[] {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...options];
  return ['--mount', fields.map(field).join(',')];
}

/** The engines read it as a line of CSV. */
function field(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
