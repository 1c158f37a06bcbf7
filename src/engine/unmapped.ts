import { compileField } from '../connector/codec/compile-field.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { Wire, WireRecord } from '../connector/port.ts';
import type { LoadedMapping } from '../integration/loaded.ts';
import type { Side } from '../record/side.ts';
import type { MappingRun, UnmappedField } from './mapping-run.ts';

/** The fields beside a mapping, whether its file declares them or only the system knows them. */
export function unmappedFields(
  mapping: LoadedMapping,
  side: Side,
  definition: ObjectDefinition,
  undeclared: ObjectDefinition['fields'],
  read: readonly string[],
): UnmappedField[] {
  const known = new Set([...read, ...mapping.ignored[side], definition.link_field, definition.modified]);
  return Object.entries({ ...definition.fields, ...undeclared }).flatMap(([name, declared]) => {
    if (known.has(name) || declared.read_only || declared.write_only) return [];
    const { read: rawIn, isEmptyWire } = compileField(name, declared, () => [], definition.custom_fields);
    const isFilled = (wire: Wire) => {
      const raw = rawIn(wire);
      return raw !== undefined && raw !== null && !isEmptyWire(raw) && !(Array.isArray(raw) && raw.length === 0);
    };
    return [{ name, isFilled }];
  });
}

/** Counts in how many records these fields hold something. */
export function countUnmapped(run: MappingRun, side: Side, records: readonly WireRecord[]): void {
  const { unmapped } = run[side];
  if (unmapped.length === 0) return;
  const counts = run.counts.unmapped?.[side] ?? {};
  run.counts.unmapped = { ...run.counts.unmapped, [side]: counts };
  for (const { archived, wire } of records) {
    if (archived) continue;
    for (const { name, isFilled } of unmapped) if (isFilled(wire)) counts[name] = (counts[name] ?? 0) + 1;
  }
}
