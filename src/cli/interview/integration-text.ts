import { stringify } from 'yaml';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import { type DraftedMapping, type DraftedRow, unfilled } from './draft-mappings.ts';

/** Everything that the integration file says. */
export interface IntegrationDraft {
  name: string;
  /** Path of the JSON schema for editors, from the file. */
  schema: string;
  environment: string;
  systems: Record<Side, SystemDraft>;
  mappings: readonly DraftedMapping[];
  wins: Decided;
  deletes: Decided;
  /** `5m`; null: on request. */
  every: string | null;
  errorsTo: readonly string[];
  /** Answers to questions of the check list that configure nothing, by id. */
  answers: Readonly<Record<string, string | Record<string, string>>>;
}

export interface SystemDraft {
  name: string;
  title: string;
  connector: string;
  contact: { name: string; email: string | null } | null;
  /** Of the environment: as they stand in the file, secrets as `${NAME}`. */
  variables: Readonly<Record<string, string>>;
}

/** A decision, or the safe way until it is taken; `ask`: who is to take it. */
export interface Decided {
  value: string;
  ask: string | null;
}

/** The text of the integration file: what was found out, what was answered, and why it stands there. */
export function integrationText(draft: IntegrationDraft): string {
  const { a, b } = draft.systems;
  const objects = draft.mappings.map(({ name }) => name.replaceAll('_', ' '));
  const purpose = `Keeps ${listed(objects)} of ${a.title} and ${b.title} the same.`;
  return [
    `# yaml-language-server: $schema=${draft.schema}`,
    '#',
    '# Written by `dovetail init`: what the two systems and their records tell, and what was answered. Every line may be',
    '# changed; `dovetail check` says what a change means. docs/integration-file.md explains each key.',
    '',
    `integration: ${draft.name}`,
    `purpose: ${scalar(purpose)}`,
    '',
    'systems:',
    ...SIDES.flatMap((side) => systemLines(draft.systems[side], draft.environment)),
    '',
    'mappings:',
    ...draft.mappings.flatMap((mapping, place) => [...(place > 0 ? [''] : []), ...mappingLines(mapping, draft)]),
    '',
    ...scheduleLines(draft),
    ...(draft.errorsTo.length > 0 ? ['errors:', `  to: ${flow(draft.errorsTo)}`, ''] : []),
    ...answerLines(draft),
  ]
    .join('\n')
    .replace(/\n*$/, '\n');
}

function systemLines({ name, title, connector, contact, variables }: SystemDraft, environment: string): string[] {
  const who = contact && { name: contact.name, ...(contact.email === null ? {} : { email: contact.email }) };
  const given = Object.entries(variables).map(([variable, text]) => `        ${variable}: ${scalar(text)}`);
  return [
    `  ${name}:`,
    `    connector: ${scalar(connector)}`,
    `    title: ${scalar(title)}`,
    ...(who ? [`    contact: ${flow(who)}`] : []),
    '    environments:',
    ...(given.length === 0
      ? [`      ${environment}: {}`]
      : [
          '      # What is secret is kept by `dovetail connect`, or set in the environment.',
          `      ${environment}:`,
          ...given,
        ]),
  ];
}

function mappingLines(mapping: DraftedMapping, draft: IntegrationDraft): string[] {
  const { systems, wins } = draft;
  return [
    `  ${mapping.name}:`,
    ...SIDES.map((side) => `    ${systems[side].name}: ${scalar(mapping.objects[side])}`),
    ...matchLines(mapping),
    ...conflictLines(mapping, systems, wins),
    '    propagate:',
    ...SIDES.flatMap((side) => propagateLines(mapping, side, draft)),
    '    fields:',
    ...mapping.rows.flatMap(rowLines),
    ...mapping.left.map(
      ({ a, b, needs }) =>
        `      # Left out: ${a} of ${systems.a.name} and ${b} of ${systems.b.name} look alike, but ${oneLine(needs)}.`,
    ),
  ];
}

function matchLines({ match }: DraftedMapping): string[] {
  if (match.length === 0)
    return ['    # Nothing was found by which records of both systems could be recognised as the same.'];
  return ['    match:', ...match.flatMap(({ fields, note }) => [`      # ${note}.`, `      - ${flow(fields)}`])];
}

function conflictLines({ stamped, skewSeconds }: DraftedMapping, systems: IntegrationDraft['systems'], wins: Decided) {
  const decided = wins.ask === null ? [] : [`    # Open: ask ${oneLine(wins.ask)}. Until then, a person decides.`];
  if (wins.value === 'newest' && !stamped) {
    return ['    # Not both systems say when a record was changed: a person decides.', '    conflict: hold'];
  }
  if (wins.value === 'newest') {
    return ['    conflict: newest', ...(skewSeconds > 0 ? [`    clock_skew: ${skewSeconds}s`] : [])];
  }
  if (wins.value === 'hold') return [...decided, '    conflict: hold'];
  const name = wins.value === 'first' ? systems.a.name : wins.value === 'second' ? systems.b.name : wins.value;
  return [`    first_contact: { prefer: ${name} }`, `    conflict: ${name}`];
}

/** What happens on one system, as far as the other can do the same. */
function propagateLines(mapping: DraftedMapping, side: Side, { systems, deletes }: IntegrationDraft): string[] {
  const can = mapping.can[side];
  const other = systems[otherSide(side)].name;
  const lacking = unfilled(mapping, otherSide(side), { a: systems.a.name, b: systems.b.name });
  const flows = mapping.rows.some(
    ({ row }) => row.direction === undefined || row.direction === `${systems[side].name} -> ${other}`,
  );
  const notes: string[] = [];
  if (!flows) notes.push(`No field is written to ${other}`);
  else if (!can.create) notes.push(`${other} takes no new ${mapping.objects[otherSide(side)]}`);
  else if (lacking !== null) notes.push(`In ${other}, ${lacking}`);
  const wanted = deletes.value;
  const isPossible = wanted !== 'archive' && wanted !== 'delete' ? true : can[wanted];
  if (!isPossible) notes.push(`${other} can't ${wanted} them`);
  if (deletes.ask !== null && side === 'a') notes.push(`Deletes are open: ask ${oneLine(deletes.ask)}`);
  const does = {
    create: flows && can.create && lacking === null ? 'create' : 'ignore',
    update: flows && can.update ? 'update' : 'ignore',
    delete: isPossible ? wanted : 'hold',
  };
  return [...notes.map((note) => `      # ${note}.`), `      ${systems[side].name}: ${flow(does)}`];
}

const rowLines = ({ row, notes }: DraftedRow): string[] => [
  ...notes.map((note) => `      # ${oneLine(note)}.`),
  rowText(row),
];

/** The one line of a row. */
export const rowText = (row: DraftedRow['row']): string => `      - ${flow(row)}`;

function scheduleLines({ every }: IntegrationDraft): string[] {
  return every === null ? [] : ['schedule:', `  every: ${every}`, ''];
}

function answerLines({ answers }: IntegrationDraft): string[] {
  const given = Object.entries(answers);
  if (given.length === 0) return [];
  return [
    'answers:',
    ...given.map(([id, answer]) => `  ${id}: ${typeof answer === 'string' ? scalar(answer) : flow(answer)}`),
  ];
}

/** One line of YAML: what somebody typed in several is put in one. */
const WRITTEN = { lineWidth: 0, collectionStyle: 'flow', singleQuote: true } as const;
const inOneLine = (_: unknown, value: unknown): unknown => (typeof value === 'string' ? oneLine(value) : value);
const flow = (value: object): string =>
  stringify(value, inOneLine, { ...WRITTEN, flowCollectionPadding: !Array.isArray(value) }).trimEnd();
const scalar = (value: string): string => stringify(oneLine(value), { lineWidth: 0, singleQuote: true }).trimEnd();
const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ').trim();

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
