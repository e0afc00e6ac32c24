/** What stands in the lines of the view: groups, and of open ones their processes. */
import { type Branch, type Group, nameOf } from './groups.js';

export interface Row {
  readonly key: string;
  readonly isGroup: boolean;
  readonly isOpen: boolean;
  readonly canOpen: boolean;
  /** The lines that lead to it from its parent. */
  readonly lines: string;
  readonly name: string;
  readonly kind: Group['kind'] | 'process';
  /** What K ends: absent for what has more than one root. */
  readonly target?: Branch;
  readonly ownBytes?: number;
  readonly bytes: number;
  readonly cpuPercent: number;
  readonly processCount: number;
}

/** With a search text, only what holds it, opened as far as it takes to be seen. */
export function rowsOf(
  groups: readonly Group[],
  opened: ReadonlySet<string>,
  search: string,
): Row[] {
  const wanted = search.toLowerCase();
  return groups.flatMap((group) => {
    const holds = wanted !== '' && group.roots.some((root) => isMatch(root, wanted));
    if (wanted !== '' && !holds && !group.name.toLowerCase().includes(wanted)) return [];
    const isOpen = holds || opened.has(group.key);
    const [root] = group.roots;
    const isSingle = group.roots.length === 1 && root !== undefined;
    const { key, name, kind, bytes, cpuPercent, processCount } = group;
    const row: Row = {
      key: `group ${key}`,
      isGroup: true,
      isOpen,
      canOpen: processCount > 1 || kind !== 'tree',
      lines: '',
      name,
      kind,
      ...(isSingle && { target: root }),
      bytes,
      cpuPercent,
      processCount,
    };
    if (!isOpen || !row.canOpen) return [row];
    const filter = holds ? wanted : '';
    return [row, ...branchRows(group.roots, filter, '')];
  });
}

function branchRows(branches: readonly Branch[], wanted: string, before: string): Row[] {
  const shown = wanted === '' ? branches : branches.filter((branch) => isMatch(branch, wanted));
  return shown.flatMap((branch, index) => {
    const isLast = index === shown.length - 1;
    const { key, process, bytes, cpuPercent, processCount } = branch;
    const row: Row = {
      key,
      isGroup: false,
      isOpen: true,
      canOpen: false,
      lines: `${before}${isLast ? '└─ ' : '├─ '}`,
      name: nameOf(process),
      kind: 'process',
      target: branch,
      ownBytes: process.bytes,
      bytes,
      cpuPercent,
      processCount,
    };
    return [row, ...branchRows(branch.children, wanted, `${before}${isLast ? '   ' : '│  '}`)];
  });
}

function isMatch(branch: Branch, wanted: string): boolean {
  const { process, children } = branch;
  return (
    nameOf(process).toLowerCase().includes(wanted) ||
    `${process.pid}`.startsWith(wanted) ||
    children.some((child) => isMatch(child, wanted))
  );
}
