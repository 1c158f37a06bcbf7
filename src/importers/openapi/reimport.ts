import { isTree, type Tree } from './tree.ts';

/** How one place of the file came out, when the description was imported again. */
export interface Merged {
  at: string;
  /** The file took the new value; kept: a person had changed it, and the description is as before; both: it too has changed. */
  outcome: 'taken' | 'kept' | 'both';
  before: unknown;
  after: unknown;
}

/** Parts that mean something as a whole only. */
const WHOLE = [
  /^(auth|headers|query)$/,
  /^objects\.[^.]+\.(id|archived|parent)$/,
  /^objects\.[^.]+\.list\.(pagination|since|sort|ids|equals|archived)$/,
  /\.(query|constant)$/,
];

/** Not merged: they tell of the import itself. */
const OWN = new Set(['origin', 'grounds']);

/**
 * Three versions of one connector: as imported before (null where that is not known), as it is in the file, as imported
 * now. What a person changed stays; everything else becomes as imported now.
 */
export function mergeImports(before: Tree | null, mine: Tree, now: Tree): { merged: Tree; steps: Merged[] } {
  const steps: Merged[] = [];
  const merged = mergeTrees(before, mine, now, '', steps);
  return { merged: { ...merged, origin: now.origin, grounds: now.grounds }, steps };
}

function mergeTrees(before: Tree | null, mine: Tree, now: Tree, at: string, steps: Merged[]): Tree {
  const result: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(mine), ...Object.keys(now)])) {
    if (at === '' && OWN.has(key)) continue;
    const path = at === '' ? key : `${at}.${key}`;
    const value = mergeValue(before === null ? UNKNOWN : before[key], mine[key], now[key], path, steps);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

/** What was imported before is not known. */
const UNKNOWN = Symbol('unknown');

function mergeValue(before: unknown, mine: unknown, now: unknown, at: string, steps: Merged[]): unknown {
  if (same(mine, now)) return mine;
  const step = (outcome: Merged['outcome'], kept: unknown) => {
    steps.push({ at, outcome, before: mine, after: now });
    return kept;
  };
  if (isTree(mine) && isTree(now) && !WHOLE.some((form) => form.test(at))) {
    return mergeTrees(isTree(before) ? before : before === UNKNOWN ? null : {}, mine, now, at, steps);
  }
  if (before === UNKNOWN)
    return mine === undefined ? step('taken', now) : now === undefined ? step('kept', mine) : step('both', mine);
  if (same(mine, before)) return step('taken', now);
  return same(now, before) ? step('kept', mine) : step('both', mine);
}

/** Equal as JSON, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, place) => same(item, b[place]));
  if (!isTree(a) || !isTree(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
