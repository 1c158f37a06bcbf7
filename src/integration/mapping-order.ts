/** What the order of mappings is made of: a mapping and the mappings it refers to. */
export interface OrderNode {
  name: string;
  references: { mapping: string; field: string; required: boolean }[];
}

export interface OrderedMapping {
  name: string;
  /** Fields whose reference closes a cycle: written in a second step. */
  cycleBreakers: string[];
  /** A required field closes a cycle, so that the record can't be created without it. */
  stuck: boolean;
}

/**
 * Parents before those that refer to them; among equals the order given. Where mappings refer to each other in a
 * circle, it is opened at references that are not required.
 */
export function orderMappings(nodes: readonly OrderNode[]): OrderedMapping[] {
  const known = new Set(nodes.map((node) => node.name));
  const done = new Set<string>();
  const ordered: OrderedMapping[] = [];
  const waiting = [...nodes];
  const open = (node: OrderNode) =>
    node.references.filter((reference) => known.has(reference.mapping) && !done.has(reference.mapping));
  while (waiting.length > 0) {
    const free = waiting.find((node) => open(node).every((reference) => reference.mapping === node.name));
    const next = free ?? waiting.find((node) => !open(node).some((reference) => reference.required)) ?? waiting[0];
    if (!next) break;
    const breakers = open(next);
    ordered.push({
      name: next.name,
      cycleBreakers: breakers.map((reference) => reference.field),
      stuck: breakers.some((reference) => reference.required),
    });
    done.add(next.name);
    waiting.splice(waiting.indexOf(next), 1);
  }
  return ordered;
}
