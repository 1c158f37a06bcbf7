import { lensSides } from '../checklist/lens-sides.ts';
import type { LoadedField, LoadedIntegration } from '../integration/loaded.ts';
import { checkLens } from '../mapping/lens/check-lens.ts';
import type { Diagnostic } from '../record/diagnostic.ts';

/**
 * What some rows would lose on the way to the other system and back, by the declarations alone: nothing is read. What the
 * file accepts to be lost is left out. Options that only the systems know stay untried.
 */
export function lensRemarks(integration: LoadedIntegration, only: (row: LoadedField) => boolean): Diagnostic[] {
  const nothing = { a: () => [], b: () => [] };
  return integration.mappings.flatMap((mapping) => {
    const sides = lensSides(integration, mapping, nothing);
    const rows = checkLens({ mapping, sides, samples: { a: [], b: [] }, only });
    const lost = rows.flatMap(({ violations }) => violations.filter(({ accepted }) => !accepted));
    return lost.map(({ diagnostic }) => ({ ...diagnostic, severity: 'warning' as const }));
  });
}
