import type { LoadedField, LoadedIntegration } from '../integration/loaded.ts';
import { checkLens } from '../mapping/lens/check-lens.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import { compileCheck } from '../validation/validate.ts';

/**
 * What some rows would lose on the way to the other system and back, by the declarations alone: nothing is read. What the
 * file accepts to be lost is left out. Options that only the systems know stay untried.
 */
export function lensRemarks(integration: LoadedIntegration, only: (row: LoadedField) => boolean): Diagnostic[] {
  const samples = { a: [], b: [] };
  return integration.mappings.flatMap((mapping) => {
    const sideOf = (side: Side) => ({
      system: integration[side].name,
      definition: integration[side].connector.objects[mapping.objects[side]] ?? { fields: {} },
      optionLists: () => [],
      demandOf: compileCheck,
    });
    const rows = checkLens({ mapping, sides: { a: sideOf('a'), b: sideOf('b') }, samples, only });
    const lost = rows.flatMap(({ violations }) => violations.filter(({ accepted }) => !accepted));
    return lost.map(({ diagnostic }) => ({ ...diagnostic, severity: 'warning' as const }));
  });
}
