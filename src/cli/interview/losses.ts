import { lensSides } from '../../checklist/lens-sides.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { checkLens } from '../../mapping/lens/check-lens.ts';
import type { Fields } from '../../record/value.ts';
import type { KnownLoss } from './known.ts';
import type { Seen } from './sampled.ts';

/** The two-way rows that lose something on the way there and back, by the same check as `dovetail check` runs. */
export function lossesOf(integration: LoadedIntegration, seen: Seen): KnownLoss[] {
  return integration.mappings.flatMap((mapping) => {
    const records = (side: 'a' | 'b'): readonly Fields[] => seen[side].get(mapping.objects[side])?.records ?? [];
    const lenses = checkLens({
      mapping,
      sides: lensSides(integration, mapping, seen.lists),
      samples: { a: records('a'), b: records('b') },
    });
    const found = new Map<string, KnownLoss & { sampled: number }>();
    for (const { row, from, law, violations } of lenses) {
      const [worst] = violations.toSorted((one, other) => other.sampled - one.sampled);
      if (law !== 'round-trip' || !worst) continue;
      const known = found.get(row.name);
      if (known && known.sampled >= worst.sampled) continue;
      const says = worst.back === null ? worst.loss : `${worst.shape} comes back as ${worst.back}`;
      found.set(row.name, { mapping: mapping.name, a: row.a, b: row.b, from, says, sampled: worst.sampled });
    }
    return [...found.values()].map(({ sampled: _, ...loss }) => loss);
  });
}
