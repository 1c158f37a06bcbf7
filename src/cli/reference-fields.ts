import type { LoadedIntegration } from '../integration/loaded.ts';
import type { IsReference } from '../planning/saved-plan.ts';

/** By mapping: whether a field of a side holds a reference to another record. */
export function referenceFields({ mappings }: LoadedIntegration): (mapping: string) => IsReference {
  const references = new Set(
    mappings.flatMap(({ name, fields }) =>
      fields.flatMap(({ reference, a, b }) => (reference === null ? [] : [`${name} a ${a}`, `${name} b ${b}`])),
    ),
  );
  return (mapping) => (side, field) => references.has(`${mapping} ${side} ${field}`);
}
