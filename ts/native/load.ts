/** Finds and loads the addon, or says exactly why it cannot be loaded. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AddonUnavailable } from '../errors.js';
import { packageRoot, packageVersion } from '../package.js';
import type { Addon } from './addon.js';

/** The builds for each platform, by C library, in the order in which they are tried. */
const builds: Record<string, readonly string[]> = {
  'linux-x64': ['linux-x64-gnu', 'linux-x64-musl'],
  'linux-arm64': ['linux-arm64-gnu', 'linux-arm64-musl'],
};

let loaded: Addon | AddonUnavailable | undefined;

/** The addon if it has been loaded. */
export function loadedAddon(): Addon | undefined {
  return loaded instanceof AddonUnavailable ? undefined : loaded;
}

/** The addons that are installed for this platform, whether or not they load. */
export function installedAddons(): { build: string; file: string }[] {
  return (builds[`${process.platform}-${process.arch}`] ?? []).flatMap((build) => {
    const file = find(build);
    return file === undefined ? [] : [{ build, file }];
  });
}

/** @throws AddonUnavailable */
export function loadAddon(): Addon {
  loaded ??= tryToLoad();
  if (loaded instanceof AddonUnavailable) throw loaded;
  return loaded;
}

function tryToLoad(): Addon | AddonUnavailable {
  const platform = `${process.platform}-${process.arch}`;
  const candidates = builds[platform];
  if (!candidates) {
    return new AddonUnavailable(
      `memtop does not measure on ${platform}; it does on ${Object.keys(builds).join(' and ')}`,
    );
  }
  const failures: string[] = [];
  for (const build of candidates) {
    const found = find(build);
    if (!found) continue;
    try {
      return checkVersion(load(found), found);
    } catch (error) {
      failures.push(`${found} does not load: ${firstLine(error)}`);
    }
  }
  return new AddonUnavailable(
    failures.length > 0
      ? failures.join('; ')
      : `the package memtop-${candidates[0]} is not installed; install memtop with its optional ` +
          'dependencies (in a checkout: npm run build)',
  );
}

/** A build in the checkout takes precedence over an installed one. */
function find(build: string): string | undefined {
  const file = `memtop.${build}.node`;
  // npm and pnpm install the platform's package beside this one; Node's lookup takes longer.
  const beside = [join(packageRoot, file), join(packageRoot, '..', `memtop-${build}`, file)];
  return beside.find((path) => existsSync(path)) ?? resolvePackage(`memtop-${build}`);
}

function resolvePackage(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}

function load(file: string): Addon {
  if (!file.endsWith('.node')) return createRequire(import.meta.url)(file);
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports as Addon;
}

function checkVersion(addon: Addon, file: string): Addon | AddonUnavailable {
  const version = addon.version();
  if (version === packageVersion) return addon;
  return new AddonUnavailable(
    `${file} is of version ${version} and memtop is ${packageVersion}; reinstall both`,
  );
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
