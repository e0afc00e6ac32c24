/** The rows of the view: groups, and the processes of open groups. */
import { type TreeLines, treeRows } from '../../report/process-tree.js';
import { type Branch, type Group, nameOf } from './groups.js';

export interface Row {
  readonly key: string;
  readonly isGroup: boolean;
  readonly isOpen: boolean;
  readonly canOpen: boolean;
  /** The tree lines that lead to it. */
  readonly lead: string;
  readonly name: string;
  readonly kind: Group['kind'] | 'process';
  /** What K ends; absent for a group with several roots. */
  readonly target?: Branch;
  readonly ownBytes?: number;
  readonly bytes: number;
  readonly cpuPercent: number;
  readonly processCount: number;
}

const wideLines: TreeLines = { child: '├─ ', lastChild: '└─ ', passing: '│  ', blank: '   ' };

/** With a search text, only what matches, in open groups. */
export function rowsOf(
  groups: readonly Group[],
  opened: ReadonlySet<string>,
  search: string,
): Row[] {
  const wanted = search.toLowerCase();
  return groups.flatMap((group) => {
    const found = wanted === '' ? undefined : matchingBranches(wanted, group.roots);
    const hasMatch = found !== undefined && found.size > 0;
    if (found && !hasMatch && !group.name.toLowerCase().includes(wanted)) return [];
    const row = groupRow(group, hasMatch || opened.has(group.key));
    if (!row.isOpen || !row.canOpen) return [row];
    const isShown = (branch: Branch) => !hasMatch || found.has(branch);
    const shown = treeRows(group.roots, { lines: wideLines, areRootsBelow: true, isShown });
    return [row, ...shown.map(({ node, lead }) => branchRow(node, lead))];
  });
}

function groupRow(group: Group, isOpen: boolean): Row {
  const { key, name, kind, roots, bytes, cpuPercent, processCount } = group;
  const [root] = roots;
  return {
    key: `group ${key}`,
    isGroup: true,
    isOpen,
    canOpen: processCount > 1 || kind !== 'tree',
    lead: '',
    name,
    kind,
    ...(roots.length === 1 && root && { target: root }),
    bytes,
    cpuPercent,
    processCount,
  };
}

function branchRow(branch: Branch, lead: string): Row {
  const { key, process, bytes, cpuPercent, processCount } = branch;
  return {
    key,
    isGroup: false,
    isOpen: true,
    canOpen: false,
    lead,
    name: nameOf(process),
    kind: 'process',
    target: branch,
    ownBytes: process.bytes,
    bytes,
    cpuPercent,
    processCount,
  };
}

/** The branches that match, or have a descendant that does. */
function matchingBranches(wanted: string, roots: readonly Branch[]): Set<Branch> {
  const found = new Set<Branch>();
  for (const { node } of treeRows(roots).reverse()) {
    const { process, children } = node;
    const isMatch =
      nameOf(process).toLowerCase().includes(wanted) || `${process.pid}`.startsWith(wanted);
    if (isMatch || children.some((child) => found.has(child))) found.add(node);
  }
  return found;
}
