/**
 * The id by which Nx, from 23.2 on, knows a workspace in all its checkouts: `generateWorkspaceId`
 * in nx/src/utils/workspace-id.ts.
 */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { upwards } from './folders.js';
import { textOf } from './json.js';

const gitMs = 2000;
const preferred = ['origin', 'upstream', 'base'];

/** The name of its folder in `~/.nx`. */
export function folderName(workspaceId: string): string {
  return sha256(workspaceId).slice(0, 16);
}

/** The ids that the workspace may have, the likeliest first. */
export async function* workspaceIds(
  root: string,
  settings: Readonly<Record<string, unknown>>,
): AsyncGenerator<string> {
  const cloud = textOf(settings.nxCloudId) ?? textOf(settings.nxCloudAccessToken);
  if (cloud !== undefined) {
    yield cloud;
    return;
  }
  const top = upwards(root).find((folder) => existsSync(join(folder, '.git')));
  if (top === undefined) return;
  const idOf = (repository: string) => sha256(`${repository}#${relative(top, root)}`);
  for await (const repository of repositories(root)) yield idOf(repository);
}

/**
 * Nx reads the configuration of the repository itself, and asks Git where that is not enough. By
 * the settings of the user, Git may return a different address.
 */
async function* repositories(root: string): AsyncGenerator<string> {
  const config = await git(root, 'config', '--local', '--get-regexp', '^remote\\..*\\.url$');
  const configured = repositoryOf(config, /^remote\.(.*)\.url (\S+)$/gm);
  if (configured !== undefined) yield configured;
  const resolved = repositoryOf(
    await git(root, 'remote', '-v'),
    /^(\w+)\s+(\S+)\s+\((?:fetch|push)\)$/gm,
  );
  if (resolved !== undefined) yield resolved;
  if (configured !== undefined || resolved !== undefined) return;
  if ((await git(root, 'rev-parse', '--is-shallow-repository')).trim() === 'true') return;
  const [first] = (await git(root, 'rev-list', '--max-parents=0', 'HEAD'))
    .trim()
    .split('\n')
    .sort();
  if (first) yield first;
}

/** Such as `example.org/group/project`; `line` matches a remote's name and its address. */
function repositoryOf(text: string, line: RegExp): string | undefined {
  const byName = new Map<string, string>();
  for (const [, remote = '', address = ''] of text.matchAll(line)) {
    const repository = repositoryAt(address);
    if (repository !== undefined && !byName.has(remote)) byName.set(remote, repository);
  }
  const chosen = preferred.find((remote) => byName.has(remote));
  return chosen === undefined ? [...byName.values()][0] : byName.get(chosen);
}

const forms = ['git@([^:]+):', 'https?://(?:[^@]+@)?([^@/]+)/', 'ssh://git@([^:/]+)(?::\\d+)?/'];
const repository = new RegExp(`^(?:${forms.join('|')})([^/]+/.+?)(?:\\.git)?$`);

/** Undefined for an address without a host, such as a folder. */
export function repositoryAt(address: string): string | undefined {
  const [, scp, https, ssh, slug] = repository.exec(address) ?? [];
  const host = scp ?? https ?? ssh;
  return host === undefined ? undefined : `${host}/${slug}`.toLowerCase().replace(/\/+$/, '');
}

/** The output; empty where Git fails. */
async function git(folder: string, ...args: string[]): Promise<string> {
  try {
    // Loaded here, since they are slow to load and rarely needed.
    const { execFile } = process.getBuiltinModule('node:child_process');
    const { promisify } = process.getBuiltinModule('node:util');
    const { stdout } = await promisify(execFile)('git', args, { cwd: folder, timeout: gitMs });
    return stdout;
  } catch {
    return '';
  }
}

function sha256(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex');
}
