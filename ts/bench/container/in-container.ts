/** Runs the command in a container, measured from inside, and leaves no container behind. */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MemtopError, messageOf } from '../../errors.js';
import { installedAddons } from '../../native/load.js';
import { packageRoot } from '../../package.js';
import type { ExitCause, Result } from '../../result/types.js';
import { execute, type GuardListeners } from '../../tracker/execute.js';
import { Recording } from '../../tracker/native/recording.js';
import type { RunFacts } from '../../tracker/result/result.js';
import { factsOf } from '../../tracker/result/run-facts.js';
import type { CheckedOptions, HostOptions } from '../../tracker/start-options.js';
import type { Artifacts } from '../artifacts.js';
import type { Attempt, Attempted } from '../bench.js';
import type { Engine } from './engine.js';
import { type Report, readReport, writeJob } from './exchange.js';
import { exchangePrefix, removeLeftovers } from './leftovers.js';
import { Lifeline } from './lifeline.js';
import { identityOf, ownGroup } from './own-group.js';
import { type Container, engineArguments } from './plan.js';
import { containerLabel, containerName, removeContainer } from './remove.js';

class ContainerFailed extends MemtopError {
  readonly code = 'ContainerFailed';
}

export interface ContainerRequest {
  readonly engine: Engine;
  readonly image: string | undefined;
  readonly rootfs: string | undefined;
  readonly memoryLimitBytes: number | undefined;
  /** Mounted at its own path. */
  readonly project: string;
}

/** Exit codes of engines for a failure of their own. */
const engineFailed = [125, 126, 127];
const linesShown = 5;

export function inContainer(
  command: readonly string[],
  { onOutput, silent, ...options }: CheckedOptions,
  request: ContainerRequest,
  artifacts: Artifacts,
  { standsIn }: HostOptions,
  listeners: GuardListeners,
): Attempt {
  const outerGroup = ownGroup();
  return async (complete) => {
    await removeLeftovers(artifacts.folder, request.engine);
    const exchange = mkdtempSync(join(artifacts.folder, exchangePrefix));
    let lifelineTrouble: string | undefined;
    using _lifeline = await Lifeline.open(exchange).catch((error) => {
      lifelineTrouble = messageOf(error);
      return undefined;
    });
    const name = containerName();
    const container = describe(request, exchange, artifacts.timelines.file, name);
    const { memoryLimitBytes } = request;
    const { cwd } = container;
    const facts = factsOf(command, { label: options.label, cwd });
    const recording = options.store === undefined ? undefined : new Recording(options.store, facts);
    if (recording) listeners.onRecording?.(recording);
    writeJob(exchange, {
      lifelineTrouble,
      command,
      // The store is outside the container.
      options: { ...options, cwd, cgroup: 'off', store: undefined },
      memoryLimitBytes,
      outerGroup: outerGroup && identityOf(outerGroup),
    });
    try {
      const client = await execute(
        [container.engine.program, ...engineArguments(container, process.env)],
        { onOutput, silent, ...ofClient },
        // The engine inherits no descriptor of this process.
        { standsIn, ownDescriptors: openDescriptors() },
        { onStarted: (addon, run) => recording?.beginElsewhere(addon, run) },
      ).result;
      const report = readReport(exchange);
      if (!report && engineFailed.includes(client.exit.code ?? 0)) {
        const said = artifacts.tail().trim().split('\n').slice(-linesShown).join('\n');
        const message = `${request.engine.kind} could not run the container: ${said}`;
        recording?.finish(
          lost({ ...client, run: { ...client.run, ...facts } }, 'not-started', message),
        );
        throw new ContainerFailed(message);
      }
      const result = complete(attempted(report, client, facts, request));
      recording?.finish(result);
      return result;
    } finally {
      removeContainer(request.engine, name);
      rmSync(exchange, { recursive: true, force: true });
    }
  };
}

/** The engine's client only passes things on and is not measured. */
const ofClient: CheckedOptions = {
  tasks: false,
  cgroup: 'off',
  trace: 'off',
  metric: 'rss',
  guard: false,
  intervalMs: 1000,
};

function describe(
  { engine, image, rootfs, memoryLimitBytes, project }: ContainerRequest,
  exchange: string,
  timeline: string,
  name: string,
): Container {
  return {
    engine,
    image,
    rootfs: rootfs === undefined ? undefined : realpathSync(rootfs),
    memoryLimitBytes,
    name,
    label: containerLabel(exchange),
    project,
    cwd: realpathSync(process.cwd()),
    user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    package: packageRoot,
    addons: installedAddons()
      .map(({ build, file }) => ({ name: `memtop-${build}`, folder: dirname(file) }))
      .filter(({ folder }) => folder !== packageRoot),
    node: realpathSync(process.execPath),
    exchange,
    timeline,
  };
}

function openDescriptors(): number[] {
  return readdirSync('/proc/self/fd').map(Number);
}

function attempted(
  report: Report | undefined,
  client: Result,
  { id, command }: RunFacts,
  { engine, image, rootfs, memoryLimitBytes }: ContainerRequest,
): Attempted {
  const result = report?.result ?? killed(client, memoryLimitBytes);
  const { cgroup, exit } = result;
  const isKilled = (cgroup?.oomKills ?? 0) > 0 || exit.cause === 'oom-kernel';
  // Without a report the whole container was killed, which only a limit does.
  const isLimited = report?.isLimited ?? true;
  return {
    result: { ...result, run: { ...result.run, id, command } },
    baselineBytes: report?.baselineBytes,
    container: {
      engine: engine.kind,
      ...(image !== undefined && { image }),
      ...(rootfs !== undefined && { rootfs }),
      ...(memoryLimitBytes !== undefined && { memoryLimitBytes }),
      ...(memoryLimitBytes !== undefined && isLimited && { fits: !isKilled }),
    },
  };
}

const killedCode = 137;

/** The container ended without a report: memtop was killed in it. */
function killed(client: Result, memoryLimitBytes: number | undefined): Result {
  const isKilled = client.exit.code === killedCode;
  const cause = isKilled && memoryLimitBytes !== undefined ? 'oom-kernel' : client.exit.cause;
  const message = isKilled
    ? 'the whole container was killed, and what was measured in it is lost'
    : 'the container ended before anything was known of the command';
  return lost(client, cause, message);
}

function lost(client: Result, cause: ExitCause, message: string): Result {
  const { peak: _, largestProcess: __, cgroup: ___, processes: ____, timeline, ...known } = client;
  return {
    ...known,
    exit: { ...client.exit, cause, message },
    sampling: {
      method: 'unavailable',
      fallbackReason: 'what measured in the container is gone',
    },
  };
}
