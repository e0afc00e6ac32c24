/** What stands in the lines of the view: groups, and of open ones their processes. */
import { type TreeLines, treeRows } from '../../report/process-tree.js';
import { type Branch, type Group, nameOf } from './groups.js';

export interface Row {
  readonly key: string;
  readonly isGroup: boolean;
  readonly isOpen: boolean;
  readonly canOpen: boolean;
  /** The lines that lead to it from its parent. */
  readonly lead: string;
  readonly name: string;
  readonly kind: Group['kind'] | 'process';
  /** What K ends: absent for what has more than one root. */
  readonly target?: Branch;
  readonly ownBytes?: number;
  readonly bytes: number;
  readonly cpuPercent: number;
  readonly processCount: number;
}

const wideLines: TreeLines = { child: '├─ ', lastChild: '└─ ', passing: '│  ', blank: '   ' };

/** With a search text, only what holds it, opened as far as it takes to be seen. */
export function rowsOf(
  groups: readonly Group[],
  opened: ReadonlySet<string>,
  search: string,
): Row[] {
  const wanted = search.toLowerCase();
  return groups.flatMap((group) => {
    const found = wanted === '' ? undefined : branchesWith(wanted, group.roots);
    const holds = found !== undefined && found.size > 0;
    if (found && !holds && !group.name.toLowerCase().includes(wanted)) return [];
    const row = groupRow(group, holds || opened.has(group.key));
    if (!row.isOpen || !row.canOpen) return [row];
    const isShown = (branch: Branch) => !holds || found.has(branch);
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

/** The branches that hold the text, or have one below them that does. */
function branchesWith(wanted: string, roots: readonly Branch[]): Set<Branch> {
  const found = new Set<Branch>();
  for (const { node } of treeRows(roots).reverse()) {
    const { process, children } = node;
    const isMatch =
      nameOf(process).toLowerCase().includes(wanted) || `${process.pid}`.startsWith(wanted);
    if (isMatch || children.some((child) => found.has(child))) found.add(node);
  }
  return found;
}
