import type { Diagnostic } from '../../record/diagnostic.ts';
import { otherSide } from '../../record/side.ts';
import { type Answers, type Given, isUnknown, textOf } from './answers.ts';
import type { DraftedMapping, DraftedRow } from './draft-mappings.ts';
import { type Decided, type IntegrationDraft, rowText, type SystemDraft } from './integration-text.ts';
import { type Known, type KnownLoss, type KnownSystem, PLACES, type Place, SIDE_OF } from './known.ts';

/** A point that somebody is to be asked about. */
export interface OpenPoint {
  /** The question of the check list. */
  question: string;
  what: string;
  ask: string;
}

/** What the integration file is to say, by what was found out and answered. */
export function integrationDraft(
  systems: Record<Place, KnownSystem>,
  mappings: readonly DraftedMapping[],
  losses: readonly KnownLoss[],
  answers: Answers,
  place: { environment: string; schema: string },
): IntegrationDraft {
  const schedule = textOf(answers.get('schedule'));
  const errors = textOf(answers.get('errors'));
  return {
    ...place,
    name: `${systems.first.name}-${systems.second.name}`.replaceAll('_', '-'),
    systems: { a: systemDraft('first', systems.first, answers), b: systemDraft('second', systems.second, answers) },
    mappings: withLosses(mappings, losses, textOf(answers.get('losses')), systems),
    wins: decided(answers.get('wins'), 'hold'),
    deletes: decided(answers.get('deletes'), 'hold'),
    every: schedule === undefined || schedule === 'request' ? null : schedule,
    errorsTo: errors === undefined ? [] : errors.split(',').map((address) => address.trim()),
    answers: checkListAnswers(systems, mappings, answers),
  };
}

function systemDraft(place: Place, system: KnownSystem, answers: Answers): SystemDraft {
  const { name, title, connector, variables, credentials } = system;
  const placeholders = credentials.map(
    ({ name: variable }) => [variable, `\${${`${name}_${variable}`.toUpperCase()}}`] as const,
  );
  return {
    name,
    title,
    connector,
    contact: contactOf(textOf(answers.get(`${place}.contact`))),
    variables: { ...variables, ...Object.fromEntries(placeholders) },
  };
}

/** `Anna Meier <anna@company.example>`, a name, or an address. */
function contactOf(text: string | undefined): SystemDraft['contact'] {
  if (text === undefined || text === '') return null;
  const email = /[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+/.exec(text)?.[0] ?? null;
  const name =
    email === null
      ? text
      : text
          .replace(/<[^<>]*>/, '')
          .replace(email, '')
          .replace(/[,;\s]+$/, '')
          .trim();
  return { name: name === '' ? text : name, email };
}

/**
 * The mappings, with what was answered about rows that lose something. One way: away from the side that holds more, but for
 * fields without which that side takes no new record.
 */
function withLosses(
  mappings: readonly DraftedMapping[],
  losses: readonly KnownLoss[],
  answer: string | undefined,
  systems: Record<Place, KnownSystem>,
): DraftedMapping[] {
  if (answer !== 'accept' && answer !== 'one-way') return [...mappings];
  const names = { a: systems.first.name, b: systems.second.name };
  const decide = ({ name: mapping, required }: DraftedMapping, one: DraftedRow): DraftedRow => {
    const { a, b } = one.fields;
    const loss = losses.find((known) => known.mapping === mapping && known.a === a && known.b === b);
    if (!loss) return one;
    const { from, cut } = loss;
    const note = cut ? `Cut: ${loss.says}` : `There and back: ${loss.says}`;
    const repair = { check: 'length', system: names[otherSide(from)], repair: ['truncate'], policy: 'warn' };
    const repaired = cut ? { validate: [repair] } : {};
    if (answer === 'one-way' && !required[from].includes(one.fields[from])) {
      const direction = `${names[from]} -> ${names[otherSide(from)]}`;
      return { ...one, row: { ...one.row, direction, ...repaired }, notes: [...one.notes, note] };
    }
    const why = answer === 'one-way' ? [`Both ways all the same: ${names[from]} takes no new record without it`] : [];
    return { ...one, row: { ...one.row, loss: 'accepted', ...repaired }, notes: [...one.notes, note, ...why] };
  };
  return mappings.map((mapping) => ({ ...mapping, rows: mapping.rows.map((row) => decide(mapping, row)) }));
}

const decided = (given: Given | undefined, safe: string): Decided => ({
  value: textOf(given) ?? safe,
  ask: isUnknown(given) ? given.ask : null,
});

const askText = ({ ask }: { ask: string }): string => `open: ask ${ask}`;

/** What configures nothing, and what nobody knew: by the ids of the check list. */
function checkListAnswers(
  systems: Record<Place, KnownSystem>,
  mappings: readonly DraftedMapping[],
  answers: Answers,
): Record<string, string | Record<string, string>> {
  const found: Record<string, string | Record<string, string>> = {};
  for (const [id, question] of [
    ['schedule', 'frequency'],
    ['errors', 'error-recipients'],
    ['privacy', 'privacy'],
  ] as const) {
    const given = answers.get(id);
    if (isUnknown(given)) found[question] = askText(given);
  }
  const privacy = textOf(answers.get('privacy'));
  if (privacy !== undefined) found.privacy = privacy;
  if (textOf(answers.get('schedule')) === 'request') found.frequency = 'only when somebody runs it';
  const contacts = PLACES.flatMap((place) => {
    const given = answers.get(`${place}.contact`);
    return isUnknown(given) ? [[systems[place].name, askText(given)] as const] : [];
  });
  if (contacts.length > 0) found['technical-contact'] = Object.fromEntries(contacts);
  const unmatched = mappings.filter(({ match }) => match.length === 0);
  const starts = unmatched.flatMap(({ empty, name }) =>
    PLACES.flatMap((place) => (empty[SIDE_OF[place]] ? [`${name}: ${systems[place].name} starts empty`] : [])),
  );
  if (unmatched.length > 0 && starts.length >= unmatched.length) found.duplicates = starts.join('; ');
  return found;
}

/** What somebody is still to be asked, in the order of the interview. */
export function openPoints(known: Known, answers: Answers): OpenPoint[] {
  const point = (id: string, question: string, what: string): OpenPoint[] => {
    const given = answers.get(id);
    return isUnknown(given) ? [{ question, what, ask: given.ask }] : [];
  };
  const ofSystem = (place: Place): OpenPoint[] => {
    const system = known.systems[place];
    const title = system?.title ?? `the ${place} system`;
    const credentials = (system?.credentials ?? []).map(({ name, label }) => ({
      id: `${place}.credentials.${name}`,
      label,
    }));
    return [
      ...point(`${place}.address`, 'connector', `Where is ${title}?`),
      ...point(`${place}.connector`, 'api-description', `Which system is ${title}?`),
      ...credentials.flatMap(({ id, label }) => point(id, 'credentials', `What is the ${label} of ${title}?`)),
      ...point(`${place}.contact`, 'technical-contact', `Who answers questions about ${title}?`),
    ];
  };
  return [
    ...PLACES.flatMap(ofSystem),
    ...point('objects', 'object-mapping', 'Which objects are to be kept the same? Those that are sure were taken.'),
    ...point('losses', 'validation', "What to do with fields that can't hold all that the other side holds?"),
    ...point('wins', 'duplicates', 'Whose value stands when both differ? Until then, a person decides each time.'),
    ...point('deletes', 'propagation', 'What happens to deleted records? Until then, deletes wait for approval.'),
    ...point('schedule', 'frequency', 'How often are they synchronised?'),
    ...point('errors', 'error-recipients', 'Who is told when a run fails?'),
    ...point('privacy', 'privacy', 'On what legal basis are personal data exchanged, and when are they erased?'),
  ];
}

/** The mappings without the rows that the errors are about; null where one is about something else. */
export function withoutFaulty(
  mappings: readonly DraftedMapping[],
  text: string,
  errors: readonly Diagnostic[],
): DraftedMapping[] | null {
  const lines = text.split('\n');
  const faults = errors.map(({ where, summary }) => ({ line: lines[(where?.line ?? 0) - 1] ?? '', summary }));
  const isRow = ({ line }: { line: string }) =>
    mappings.some(({ rows }) => rows.some(({ row }) => rowText(row) === line && rows.length > 1));
  if (faults.length === 0 || !faults.some(isRow)) return null;
  return mappings.map((mapping) => {
    const faulty = mapping.rows.flatMap((one) => {
      const fault = faults.find(({ line }) => line === rowText(one.row));
      return fault ? [{ one, needs: fault.summary }] : [];
    });
    const rows = mapping.rows.filter((one) => faulty.every((other) => other.one !== one));
    const left = faulty.map(({ one, needs }) => ({ ...one.fields, needs }));
    const names = rows.map(({ fields }) => fields.a);
    const match = mapping.match.filter(({ fields }) => fields.every((field) => names.includes(field)));
    return { ...mapping, rows, match, left: [...mapping.left, ...left] };
  });
}
