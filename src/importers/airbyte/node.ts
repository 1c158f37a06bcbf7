/** A component of a manifest, or any object in it, as plain data. */
export type Node = Readonly<Record<string, unknown>>;

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The own property of that name, or undefined. */
export const at = (node: Node, key: string): unknown => (Object.hasOwn(node, key) ? node[key] : undefined);

export function textAt(node: Node, key: string): string | undefined {
  const value = at(node, key);
  return typeof value === 'string' ? value : undefined;
}

/** A text or number as text. */
export function scalarAt(node: Node, key: string): string | undefined {
  const value = at(node, key);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : textAt(node, key);
}

export function nodeAt(node: Node, key: string): Node | undefined {
  const value = at(node, key);
  return isNode(value) ? value : undefined;
}

/** The list at the key; one thing alone is a list of it. */
export function listAt(node: Node, key: string): readonly unknown[] {
  const value = at(node, key);
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export const nodesAt = (node: Node, key: string): readonly Node[] => listAt(node, key).filter(isNode);

export const textsAt = (node: Node, key: string): readonly string[] =>
  listAt(node, key).flatMap((each) => (typeof each === 'string' || typeof each === 'number' ? [String(each)] : []));

/** A dotted path of these steps, as connectors write it. */
export const dotted = (steps: readonly (string | number)[]): string =>
  steps.map((step) => String(step).replaceAll('.', '\\.')).join('.');

/** The component type; empty where it says none. */
export const typeOf = (node: Node | undefined): string => (node === undefined ? '' : (textAt(node, 'type') ?? ''));
