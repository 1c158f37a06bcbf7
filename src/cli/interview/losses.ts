import { lensSides } from '../../checklist/lens-sides.ts';
import type { LoadedField, LoadedIntegration, LoadedMapping } from '../../integration/loaded.ts';
import { checkLens } from '../../mapping/lens/check-lens.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import type { KnownLoss } from './known.ts';
import type { Seen } from './sampled.ts';

/**
 * The two-way rows that lose something on the way there and back, by the same check as `dovetail check` runs, and those with
 * sampled texts that are longer than the other field takes.
 */
export function lossesOf(integration: LoadedIntegration, seen: Seen): KnownLoss[] {
  return integration.mappings.flatMap((mapping) => {
    const records = (side: Side): readonly Fields[] => seen[side].get(mapping.objects[side])?.records ?? [];
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
      found.set(row.name, {
        mapping: mapping.name,
        a: row.a,
        b: row.b,
        from,
        says,
        sampled: worst.sampled,
        cut: false,
      });
    }
    for (const row of mapping.fields) {
      const long = tooLong(integration, mapping, row, records);
      if (long) found.set(row.name, { mapping: mapping.name, a: row.a, b: row.b, ...long, sampled: 0, cut: true });
    }
    return [...found.values()].map(({ sampled: _, ...loss }) => loss);
  });
}

/** Whether the sample holds texts that the other system has no room for and, as far as is known, does not cut itself. */
function tooLong(
  integration: LoadedIntegration,
  { objects }: LoadedMapping,
  row: LoadedField,
  records: (side: Side) => readonly Fields[],
): { from: Side; says: string } | null {
  if (!row.aToB || !row.bToA || row.toA || row.toB) return null;
  for (const from of SIDES) {
    const to = otherSide(from);
    const field = integration[to].connector.objects[objects[to]]?.fields[row[to]];
    const most = field?.type === 'string' && field.on_violation !== 'truncate' ? field.max_length : undefined;
    if (most === undefined) continue;
    const texts = records(from).flatMap(({ [row[from]]: value }) => (typeof value === 'string' ? [value] : []));
    const long = texts.filter((text) => [...text].length > most).length;
    if (long > 0) return { from, says: `${long} of ${texts.length} sampled texts are longer than ${most} characters` };
  }
  return null;
}
