import { isNode, type Node } from './node.ts';

const COMPONENT = /^[A-Z][A-Za-z]+$/;

/** How often each component stands in a manifest. */
export function countComponents(manifest: Node): Record<string, number> {
  const counts = new Map<string, number>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) look(each);
    else if (isNode(value)) {
      if (typeof value.type === 'string' && COMPONENT.test(value.type))
        counts.set(value.type, (counts.get(value.type) ?? 0) + 1);
      for (const [key, each] of Object.entries(value)) if (key !== 'schema' && key !== '$parameters') look(each);
    }
  };
  look(manifest);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
