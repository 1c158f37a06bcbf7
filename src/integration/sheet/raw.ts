/** A map of a file, as plain data. */
export type Tree = Record<string, unknown>;

export const isTree = (value: unknown): value is Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The map at a key; an empty one where there is none. */
export function treeAt(data: unknown, key: string): Tree {
  const found = isTree(data) && Object.hasOwn(data, key) ? data[key] : undefined;
  return isTree(found) ? found : {};
}

/** The list of maps at a key; what is no map is an empty one, so that places stay. */
export function treesAt(data: Tree, key: string): Tree[] {
  const found = Object.hasOwn(data, key) ? data[key] : undefined;
  return Array.isArray(found) ? found.map((item: unknown) => (isTree(item) ? item : {})) : [];
}

/** A value as text: plain ones as they are, others as JSON, nothing as an empty text. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function plainMember(tree: Tree, key: string, absent = ''): string {
  return Object.hasOwn(tree, key) ? plainText(tree[key]) : absent;
}
