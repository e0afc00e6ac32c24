/** The container or service of a process, by its control groups. */
import { readFileSync } from 'node:fs';

export interface ProcessPlace {
  readonly kind: 'container' | 'service';
  readonly name: string;
}

/** Undefined if its groups name none, or cannot be read. */
export function placeOf(pid: number): ProcessPlace | undefined {
  try {
    return placeIn(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  } catch {
    return undefined;
  }
}

const shortIdLength = 12;
const containers: readonly RegExp[] = [
  /(?:docker|libpod|cri-containerd|crio|containerd)[-/:]([0-9a-f]{64})/,
  /kubepods[^\n]*\/([0-9a-f]{64})/,
  /\/lxc(?:\.payload)?[./]([^/\n]+)/,
  /\/machine-([^/\n]+)\.scope/,
];

/** Parses the text of `/proc/<pid>/cgroup`. */
export function placeIn(text: string): ProcessPlace | undefined {
  for (const pattern of containers) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined) {
      return {
        kind: 'container',
        name: isId(name) ? name.slice(0, shortIdLength) : unescaped(name),
      };
    }
  }
  const units = text
    .split('\n')
    .flatMap((line) => line.slice(line.lastIndexOf(':') + 1).split('/'))
    .filter((part) => /^(?!user@).+\.service$|^app-.+\.scope$/.test(part));
  const unit = units.at(-1);
  return unit === undefined ? undefined : { kind: 'service', name: unescaped(unit) };
}

function isId(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/** systemd writes `\x2d` for a dash. */
function unescaped(name: string): string {
  return name.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
