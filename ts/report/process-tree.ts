/**
 * Processes below the processes that started them. Nothing here recurses: a chain of processes can
 * be deeper than the call stack.
 */
import { grouped } from './grouped.js';

interface Started {
  readonly pid: number;
  readonly parentPid?: number;
}

interface Parent<Node> {
  readonly children: readonly Node[];
}

/**
 * Makes a node of each process from the nodes of its children, and returns the roots: processes
 * whose parent is not among them. In a circle, which reused pids can form, the first is a root too.
 */
export function processTrees<P extends Started, Node>(
  processes: readonly P[],
  make: (process: P, children: Node[]) => Node,
): Node[] {
  const { roots, childrenOf } = linksOf(processes);
  const nodes = new Map<P, Node>();
  const nodeOf = (process: P): Node => nodes.get(process) as Node;
  for (const [process, children] of [...childrenOf].reverse()) {
    nodes.set(process, make(process, children.map(nodeOf)));
  }
  return roots.map(nodeOf);
}

/** The same processes, each after its parent. */
export function parentsFirst<P extends Started>(processes: readonly P[]): P[] {
  return [...linksOf(processes).childrenOf.keys()];
}

interface Links<P> {
  readonly roots: readonly P[];
  /** Parents before their children. */
  readonly childrenOf: ReadonlyMap<P, readonly P[]>;
}

function linksOf<P extends Started>(processes: readonly P[]): Links<P> {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const families = grouped(processes, ({ parentPid }) => byPid.get(parentPid ?? 0));
  const roots: P[] = [];
  const childrenOf = new Map<P, P[]>();
  const addTree = (root: P): void => {
    roots.push(root);
    childrenOf.set(root, []);
    const descending = [root];
    for (const process of descending) {
      const children = (families.get(process) ?? []).filter((child) => !childrenOf.has(child));
      childrenOf.set(process, children);
      for (const child of children) {
        childrenOf.set(child, []);
        descending.push(child);
      }
    }
  };
  for (const process of families.get(undefined) ?? []) addTree(process);
  for (const process of processes) if (!childrenOf.has(process)) addTree(process);
  return { roots, childrenOf };
}

/** The lines that lead from a process to its children. */
export interface TreeLines {
  readonly child: string;
  readonly lastChild: string;
  /** In front of what is below a child that has siblings after it, and below the last child. */
  readonly passing: string;
  readonly blank: string;
}

const narrowLines: TreeLines = { child: '├ ', lastChild: '└ ', passing: '│ ', blank: '  ' };
/** Longer leads are cut at their start, as no terminal shows them. */
const longestLead = 1_000;

export interface TreeRow<Node> {
  readonly node: Node;
  /** The number of its ancestors in the tree. */
  readonly depth: number;
  /** The lines that lead to it from its root. */
  readonly lead: string;
}

interface TreeLook<Node> {
  readonly lines?: TreeLines;
  /** Whether the roots have lines too, as children of a line above them. */
  readonly areRootsBelow?: boolean;
  readonly isShown?: (node: Node) => boolean;
}

/** Every node before its children, in the order that they have. */
export function treeRows<Node extends Parent<Node>>(
  roots: readonly Node[],
  { lines = narrowLines, areRootsBelow = false, isShown = () => true }: TreeLook<Node> = {},
): TreeRow<Node>[] {
  const rows: TreeRow<Node>[] = [];
  const open: (TreeRow<Node> & { readonly below: string })[] = [];
  const push = (nodes: readonly Node[], depth: number, before: string, hasLines: boolean): void => {
    const shown = nodes.filter(isShown);
    // In reverse, so that the first is on top of the stack.
    for (let place = shown.length - 1; place >= 0; place -= 1) {
      const node = shown[place] as Node;
      const isLast = place === shown.length - 1;
      const own = isLast ? lines.lastChild : lines.child;
      const further = isLast ? lines.blank : lines.passing;
      open.push({
        node,
        depth,
        lead: hasLines ? `${before}${own}` : '',
        below: hasLines ? shortLead(`${before}${further}`, longestLead) : '',
      });
    }
  };
  push(roots, 0, '', areRootsBelow);
  for (let top = open.pop(); top; top = open.pop()) {
    const { node, depth, lead, below } = top;
    rows.push({ node, depth, lead });
    push(node.children, depth + 1, below, true);
  }
  return rows;
}

/** Cut at its start to the given width. */
export function shortLead(lead: string, columns: number): string {
  if (columns <= 0) return '';
  return lead.length <= columns ? lead : `…${lead.slice(lead.length - columns + 1)}`;
}
