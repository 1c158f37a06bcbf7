import { compileCodec } from '../../connector/codec.ts';
import type { LoadedMapping } from '../../integration/loaded.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { otherSide, type Side } from '../../record/side.ts';
import { counted, declared, fromFileOr, open, percent } from '../answers.ts';
import { asFarAsSeen, nothingToSee } from '../failure.ts';
import { type Group, groupByKey } from '../match-keys.ts';
import { aboutRecords } from '../named.ts';
import type { Answer, Observation, ProbeContext, Question } from '../question.ts';
import type { Sample } from '../sample.ts';

export const duplicates: Question = {
  id: 'duplicates',
  text: 'By what are records that exist on both sides matched (e-mail, VAT id, product number), and what happens to duplicates?',
  why: 'Without a key that both systems have, everything that is in both is created once more.',
  german: {
    text: 'Woran werden Datensätze erkannt, die es auf beiden Seiten gibt (E-Mail, USt-IdNr., Artikelnummer), und was geschieht mit Dubletten?',
    why: 'Ohne einen Schlüssel, den beide Systeme haben, wird alles, was in beiden steht, noch einmal angelegt.',
  },
  theme: 'data',
  ask: 'owner',
  blocks: 'runs',
  restsOn: 'mappings',
  answers(integration) {
    const unmatched = integration.mappings.filter((mapping) => mapping.match.length === 0);
    if (unmatched.length > 0) {
      const names = unmatched.map((mapping) => mapping.name).join(', ');
      const next = `Add match to ${names}; or, where one system starts empty, say so under answers: { duplicates: … }`;
      return fromFileOr(integration, 'duplicates', (): Answer[] => [open(null, `${names}: no match rule`, next)]);
    }
    const says = integration.mappings.map((mapping) => `${mapping.name}: ${rulesText(mapping)}`).join('; ');
    return [declared(null, `${says}; ambiguous ones are parked`)];
  },
  probes: [{ id: 'keys-identify', ask: askKeys }],
};

const rulesText = ({ match }: LoadedMapping): string =>
  match.map((rule) => rule.map((pair) => pair.a).join(' + ')).join(', else ');

/** Above this share, a key names groups of records rather than records. */
const MOST_SHARED = 0.1;

async function askKeys({ integration, samples, connections }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the match keys of some records: how many have one, and how many share it';
  const facts: Record<string, number> = {};
  const findings: Diagnostic[] = [];
  const parts: string[] = [];
  const seen: Sample[] = [];
  let wrong: string | null = null;
  let shared = 0;
  for (const mapping of integration.mappings) {
    if (mapping.match.length === 0) continue;
    const { name } = mapping;
    const sample = await samples.of(side, mapping.objects[side]);
    seen.push(sample);
    const other = otherSide(side);
    const theirs = integration[other].connector.objects[mapping.objects[other]];
    if (!theirs || sample.records.length === 0) continue;
    await connections[other].loadOptions(mapping.objects[other]);
    const codec = compileCodec(theirs, (list) => connections[other].options(list));
    const { records, keyed, groups } = groupByKey(mapping, side, sample, codec);
    const sharing = groups.reduce((sum, { ids }) => sum + ids.length, 0);
    Object.assign(facts, {
      [`${name} sampled`]: records,
      [`${name} with a key`]: keyed,
      [`${name} sharing it`]: sharing,
    });
    shared += sharing;
    parts.push(`${name} ${percent(keyed, records)}`);
    findings.push(...groups.map((group) => sharedKey(mapping, side, group)));
    if (records > 0 && keyed === 0) wrong ??= `${name}: no record has any key`;
    if (sharing > keyed * MOST_SHARED) wrong ??= `${name}: ${sharing} of ${keyed} share their key`;
  }
  const nothing = nothingToSee(asked, seen);
  if (nothing) return nothing;
  if (wrong !== null) {
    const next = 'Choose match fields that name one record';
    return { verdict: 'contradicts', asked, facts, findings, found: wrong, next };
  }
  const found = `With a key: ${parts.join(', ')}; ${shared} of those seen share theirs`;
  if (shared === 0) return asFarAsSeen({ verdict: 'holds', asked, facts, found }, seen);
  const next = `Merge the ${shared} records that share a key, or they will be parked`;
  return asFarAsSeen({ verdict: 'holds', asked, facts, findings, found, next }, seen);
}

function sharedKey({ name, match, objects, where }: LoadedMapping, side: Side, { rule, ids }: Group): Diagnostic {
  const key = (match[rule] ?? []).map((part) => part[side]).join(' + ');
  const summary = `${name}: ${counted(ids.length, 'record')} of ${objects[side]} share one ${key}`;
  const next = 'Merge them, or give each a key of its own';
  return aboutRecords('key-shared', summary, ids, { severity: 'warning', where, next });
}
