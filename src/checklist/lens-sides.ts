import type { OptionLists } from '../connector/codec/options.ts';
import type { LoadedIntegration, LoadedMapping } from '../integration/loaded.ts';
import type { LensSide } from '../mapping/lens/trip.ts';
import type { Side } from '../record/side.ts';
import { compileCheck, valueRules } from '../validation/validate.ts';

/** Both systems of a mapping for the check of the round trip: their declarations, and all that stands before a write. */
export function lensSides(
  integration: Pick<LoadedIntegration, Side>,
  mapping: LoadedMapping,
  optionLists: Record<Side, OptionLists>,
): Record<Side, LensSide> {
  const sideOf = (side: Side): LensSide => {
    const { name: system, connector } = integration[side];
    const definition = connector.objects[mapping.objects[side]];
    if (!definition) throw new Error(`${mapping.name} maps an object that its connector does not declare`);
    return {
      system,
      definition,
      optionLists: optionLists[side],
      demandOf(name, declared) {
        const check = compileCheck(name, declared, { rules: valueRules(mapping, side, name) });
        return check && ((value, record) => check(value, { record, findings: [] }));
      },
    };
  };
  return { a: sideOf('a'), b: sideOf('b') };
}
