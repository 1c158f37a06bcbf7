/** An object of a description: nothing is known of its values until they are asked for. */
export type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const NOTHING: Tree = {};

/** The object at a key; an empty one where there is none. */
export const treeAt = (tree: Tree, key: string): Tree => {
  const value = own(tree, key);
  return isTree(value) ? value : NOTHING;
};

export const listAt = (tree: Tree, key: string): readonly unknown[] => {
  const value = own(tree, key);
  return Array.isArray(value) ? value : [];
};

export const textAt = (tree: Tree, key: string): string | undefined => {
  const value = own(tree, key);
  return typeof value === 'string' ? value : undefined;
};

export const numberAt = (tree: Tree, key: string): number | undefined => {
  const value = own(tree, key);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

export const own = (tree: Tree, key: string): unknown => (Object.hasOwn(tree, key) ? tree[key] : undefined);
