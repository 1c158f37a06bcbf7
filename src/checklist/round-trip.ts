import { checkLens, type RowLens } from '../mapping/lens/check-lens.ts';
import type { Violation } from '../mapping/lens/violation.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';
import { counted, someOf } from './answers.ts';
import { passesFilter } from './filter.ts';
import { lensSides } from './lens-sides.ts';
import type { Observation, ProbeContext } from './question.ts';

/** A row of a mapping, as the check of the round trip saw it. */
interface Seen {
  name: string;
  lens: RowLens;
  /** What is lost and not declared to be. */
  lost: Violation[];
}

/**
 * Whether each row gives back what went to the other system: for values of this side, generated from the declarations
 * and sampled from the system, by the steps of a run.
 */
export async function askRoundTrip(context: ProbeContext, side: Side): Promise<Observation> {
  const other = context.integration[otherSide(side)].name;
  const asked = `values of the declared types and of the sample, by the mapping to ${other} and back`;
  const seen: Seen[] = [];
  let sampled = 0;
  for (const mapping of context.integration.mappings) {
    const records = await sampleOf(context, mapping, side);
    sampled += records.length;
    for (const lens of await lensesOf(context, mapping, side, records)) {
      const name = `${mapping.name}.${lens.row[side]}`;
      seen.push({ name, lens, lost: lens.violations.filter(({ accepted }) => !accepted) });
    }
  }
  return judge(asked, seen, sampled);
}

type Mapping = ProbeContext['integration']['mappings'][number];

async function sampleOf({ samples }: ProbeContext, mapping: Mapping, side: Side): Promise<Fields[]> {
  const { records } = await samples.of(side, mapping.objects[side]);
  return records.map(({ fields }) => fields).filter((fields) => passesFilter(mapping.filter[side], fields));
}

async function lensesOf(
  { integration, connections }: ProbeContext,
  mapping: Mapping,
  from: Side,
  records: readonly Fields[],
): Promise<RowLens[]> {
  // Where they can't be read, rows of options stay untried, and that is said.
  await connections[otherSide(from)].loadOptions(mapping.objects[otherSide(from)]);
  return checkLens({
    mapping,
    sides: lensSides(integration, mapping, {
      a: (list) => connections.a.options(list),
      b: (list) => connections.b.options(list),
    }),
    samples: { a: from === 'a' ? records : [], b: from === 'b' ? records : [] },
    from,
  });
}

function judge(asked: string, seen: readonly Seen[], sampled: number): Observation {
  const lossy = seen.filter(({ lost }) => lost.length > 0);
  const untried = seen.filter(({ lens }) => lens.tried === 0);
  const accepted = seen.filter(({ lens, lost }) => lens.violations.length > lost.length);
  const values = seen.reduce((sum, { lens }) => sum + lens.tried, 0);
  const facts = {
    rows: seen.length,
    values,
    sampled,
    lossy: lossy.length,
    accepted: accepted.length,
    untried: untried.length,
  };
  const findings = lossy.flatMap(({ lost }) => lost.map(({ diagnostic }) => diagnostic));
  if (lossy.length > 0) {
    const words = lossy.map(({ name, lost }) => `${name} (${[...new Set(lost.map(({ cause }) => cause))].join(', ')})`);
    const found = `${lossy.length} of ${counted(seen.length, 'row')} would not give back what they got: ${someOf(words)}`;
    const [first] = findings;
    const next = first ? `${first.summary}. ${first.next ?? ''}` : '';
    return { verdict: 'contradicts', asked, facts, found, findings, next };
  }
  if (untried.length > 0) {
    const names = someOf(untried.map(({ name }) => name));
    return { verdict: 'unknown', asked, facts, found: `No value could be tried for ${names}` };
  }
  const loss = accepted.length === 0 ? '' : `; what ${someOf(accepted.map(({ name }) => name))} lose is accepted`;
  return { verdict: 'holds', asked, facts, found: `${counted(seen.length, 'row')} gave back ${values} values${loss}` };
}
