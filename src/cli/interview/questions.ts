import { questionById } from '../../checklist/registry.ts';
import type { Side } from '../../record/side.ts';
import type { VariableQuestion } from '../connect-variables.ts';
import { type Answers, type Given, isUnknown, textOf } from './answers.ts';
import { type Known, type KnownLoss, type KnownSystem, PLACES, type Place, pairText } from './known.ts';

export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

/** One question of the interview. */
export interface Question {
  /** Never changes; stands in files of answers. */
  id: string;
  /** The line of the check list that it answers. */
  settles: string;
  ask: string;
  /** Why it is asked. */
  why: string;
  form:
    | { kind: 'text'; secret: boolean; example: string | null }
    | { kind: 'choice'; options: Choice[] }
    | { kind: 'choices'; options: Choice[]; others: string };
  /** What an empty answer means, and what `--yes` takes; null: there must be an answer. */
  fallback: Given | null;
  /** What is wrong with an answer; null where nothing is. */
  wrong(given: string): string | null;
}

/** More are not asked. What is left stays open in the check list. */
export const MOST_QUESTIONS = 12;

/** The next thing that only a person knows; null where there is nothing more, or nothing more can be asked yet. */
export function nextQuestion(known: Known, answers: Answers, asked: ReadonlySet<string>): Question | null {
  const open = ({ id }: Question) => !answers.has(id);
  const needed = neededQuestions(known);
  const next = needed.questions.find(open);
  if (next || !needed.complete) return next ?? null;
  const optional = optionalQuestions(known).find(open);
  return optional && asked.size < MOST_QUESTIONS ? optional : null;
}

/** All that can be asked by now, answered or not. */
export function questionsNow(known: Known): Question[] {
  const { questions, complete } = neededQuestions(known);
  return complete ? [...questions, ...optionalQuestions(known)] : questions;
}

/** Without these there is no integration. `complete`: all of them are known by now. */
function neededQuestions(known: Known): { questions: Question[]; complete: boolean } {
  const questions: Question[] = PLACES.map(addressQuestion);
  for (const place of PLACES) {
    const why = known.unrecognised[place];
    if (why !== undefined) questions.push(connectorQuestion(place, why));
  }
  const { first, second } = known.systems;
  if (!first || !second) return { questions, complete: false };
  for (const place of PLACES) {
    const system = place === 'first' ? first : second;
    questions.push(...system.credentials.map((variable) => credentialQuestion(place, system, variable)));
  }
  if (known.pairs === null) return { questions, complete: false };
  questions.push(objectsQuestion(known, { first, second }));
  if (known.losses === null) return { questions, complete: false };
  if (known.losses.length > 0) questions.push(lossesQuestion(known.losses));
  questions.push(winsQuestion({ first, second }), deletesQuestion());
  return { questions, complete: true };
}

/** The integration runs without these, and the check says what is missing. The more needed ones come first. */
function optionalQuestions({ systems: { first, second } }: Known): Question[] {
  const contacts = PLACES.flatMap((place) => {
    const system = place === 'first' ? first : second;
    return system ? [contactQuestion(place, system)] : [];
  });
  return [scheduleQuestion(), errorsQuestion(), privacyQuestion(), ...contacts];
}

type Both = Record<Place, KnownSystem>;
const fine = () => null;
const whyOf = (id: string): string => questionById(id)?.why ?? '';

function wrongAddress(text: string): string | null {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address) || !/^https?:/i.test(address))
    return 'Expected an address such as https://crm-test.example.com';
  const { username, password } = new URL(address);
  return username === '' && password === '' ? null : 'Leave user name and password out: they are asked for next';
}

function addressQuestion(place: Place): Question {
  return {
    id: `${place}.address`,
    settles: 'connector',
    ask: `Where is the ${place} system? The base URL of its test system, or the name of a connector`,
    why: 'From there Dovetail finds out which system it is, what it offers and which credentials it needs.',
    form: { kind: 'text', secret: false, example: 'https://crm-test.example.com' },
    fallback: null,
    wrong: wrongAddress,
  };
}

function connectorQuestion(place: Place, why: string): Question {
  return {
    id: `${place}.connector`,
    settles: 'api-description',
    ask: `Which system is it? A connector of the catalogue, or the file or address of its OpenAPI document`,
    why,
    form: { kind: 'text', secret: false, example: 'https://crm-test.example.com/openapi.json' },
    fallback: null,
    wrong: fine,
  };
}

function credentialQuestion(place: Place, { title }: KnownSystem, variable: VariableQuestion): Question {
  const { name, label, hint, secret, fallback } = variable;
  return {
    id: `${place}.credentials.${name}`,
    settles: 'credentials',
    ask: `${title}: ${label === name ? inWords(name) : label}${hint === null ? '' : ` (${hint})`}`,
    why: secret
      ? 'It is kept encrypted, outside of the integration file, and never shown.'
      : 'It is kept with the other credentials, outside of the integration file.',
    form: { kind: 'text', secret, example: null },
    fallback,
    wrong: fine,
  };
}

/** `client_secret` → `client secret` */
const inWords = (name: string): string => name.replaceAll('_', ' ');

function objectsQuestion({ pairs }: Known, { first, second }: Both): Question {
  const found = pairs ?? [];
  const sure = found.filter((pair) => pair.sure).map(pairText);
  return {
    id: 'objects',
    settles: 'object-mapping',
    ask: `What is to be kept the same in ${first.title} and ${second.title}?`,
    why: `${whyOf('object-mapping')} ${found.length > 0 ? 'These look alike in both systems:' : 'None look alike.'}`,
    form: {
      kind: 'choices',
      options: found.map((pair) => ({ value: pairText(pair), label: pairText(pair), hint: pair.grounds.join(', ') })),
      others: `Pairs such as ${example(first)} = ${example(second)}, with commas between them`,
    },
    fallback: sure.length > 0 ? sure : null,
    wrong: (text) =>
      pairsIn(text)
        .map((pair) => wrongPair(pair, { first, second }))
        .find((one) => one !== null) ?? null,
  };
}

const example = ({ definition }: KnownSystem): string => Object.keys(definition.objects)[0] ?? 'records';

/** `companies = customers, deals = orders` */
const pairsIn = (text: string): Record<Side, string>[] =>
  text.split(',').map((pair) => {
    const [a = '', b = ''] = pair.split('=').map((name) => name.trim());
    return { a, b };
  });

function wrongPair({ a, b }: Record<Side, string>, { first, second }: Both): string | null {
  for (const [name, { title, definition }] of [
    [a, first],
    [b, second],
  ] as const) {
    const object = Object.hasOwn(definition.objects, name) ? definition.objects[name] : undefined;
    if (!object) return `${title} has no object "${name}". It has ${Object.keys(definition.objects).join(', ')}`;
    const whole = object.part_of?.object ?? object.lines_of?.object;
    if (whole !== undefined) return `${name} stand within ${whole}: map them by hand, see docs/parts-and-lines.md`;
  }
  return null;
}

function lossesQuestion(losses: readonly KnownLoss[]): Question {
  const rows = new Map(losses.map((loss) => [`${loss.a} ↔ ${loss.b}`, loss]));
  const some = [...rows].slice(0, 3).map(([row, { says }]) => `${row}: ${says}`);
  const more = rows.size > some.length ? `; and ${rows.size - some.length} more` : '';
  return {
    id: 'losses',
    settles: 'validation',
    ask: `${rows.size} field${rows.size === 1 ? '' : 's'} can't hold all that the other side holds. What then?`,
    why: `An edit on the poorer side would write its shortened value back. ${some.join('; ')}${more}.`,
    form: {
      kind: 'choice',
      options: [
        { value: 'accept', label: 'Both ways all the same', hint: 'longer texts are cut; the check says so' },
        {
          value: 'one-way',
          label: 'These fields one way only',
          hint: 'from where more fits; edits on the other side stay there',
        },
        { value: 'leave', label: 'Decide later', hint: 'the check names each field until it is decided' },
      ],
    },
    fallback: 'one-way',
    wrong: oneOf(['accept', 'one-way', 'leave']),
  };
}

function winsQuestion(systems: Both): Question {
  const { first, second } = systems;
  return {
    id: 'wins',
    settles: 'duplicates',
    ask: 'When the systems differ: at first contact, or because both were edited since. Whose value stands?',
    why: 'Only fields that were changed on both sides are meant; all other edits are carried over anyway.',
    form: {
      kind: 'choice',
      options: [
        { value: 'hold', label: 'Nobody: a person decides each time', hint: 'safe, and work' },
        { value: 'newest', label: 'The newer edit' },
        { value: 'first', label: `${first.title} (${first.name})` },
        { value: 'second', label: `${second.title} (${second.name})` },
      ],
    },
    fallback: 'hold',
    wrong: oneOf(['hold', 'newest', 'first', 'second'], systems),
  };
}

const DELETES: readonly Choice[] = [
  { value: 'hold', label: 'Wait for approval', hint: 'safe' },
  { value: 'archive', label: 'Archive the other record', hint: 'where the system can; else wait for approval' },
  { value: 'unlink', label: 'Keep the other record, and forget that they belong together' },
  { value: 'ignore', label: 'Nothing' },
  { value: 'delete', label: 'Delete the other record, too' },
];

function deletesQuestion(): Question {
  return {
    id: 'deletes',
    settles: 'propagation',
    ask: 'When a record is deleted in one system, what should happen in the other?',
    why: whyOf('propagation'),
    form: { kind: 'choice', options: [...DELETES] },
    fallback: 'hold',
    wrong: oneOf(DELETES.map(({ value }) => value)),
  };
}

const oneOf =
  (values: readonly string[], names?: Both) =>
  (text: string): string | null =>
    values.includes(text) || names?.first.name === text || names?.second.name === text
      ? null
      : `Expected one of ${values.join(', ')}`;

function scheduleQuestion(): Question {
  return {
    id: 'schedule',
    settles: 'frequency',
    ask: 'How often should they be synchronised?',
    why: whyOf('frequency'),
    form: {
      kind: 'choice',
      options: [
        { value: '5m', label: 'Every 5 minutes' },
        { value: '1h', label: 'Every hour' },
        { value: '24h', label: 'Once a day' },
        { value: 'request', label: 'Only when somebody runs it' },
      ],
    },
    fallback: 'request',
    wrong: (text) =>
      text === 'request' || /^[1-9]\d{0,5}(s|m|h|d)$/.test(text)
        ? null
        : 'Expected 5m, 1h, 24h or the like, or request',
  };
}

function errorsQuestion(): Question {
  return {
    id: 'errors',
    settles: 'error-recipients',
    ask: 'Who is told when a run fails? E-mail addresses, with commas between them',
    why: whyOf('error-recipients'),
    form: { kind: 'text', secret: false, example: 'integration@company.example' },
    fallback: { ask: 'the owner of the integration' },
    wrong: (text) =>
      text.split(',').every((one) => /^[^\s@]+@[^\s@]+$/.test(one.trim())) ? null : 'Expected e-mail addresses',
  };
}

function privacyQuestion(): Question {
  return {
    id: 'privacy',
    settles: 'privacy',
    ask: 'On what legal basis are personal data exchanged, and when are they erased?',
    why: whyOf('privacy'),
    form: { kind: 'text', secret: false, example: 'contract; erased in both systems ten years after the last order' },
    fallback: { ask: 'the officer for data protection' },
    wrong: fine,
  };
}

function contactQuestion(place: Place, { title }: KnownSystem): Question {
  return {
    id: `${place}.contact`,
    settles: 'technical-contact',
    ask: `Who answers questions about ${title}? A name, or a name and an address`,
    why: whyOf('technical-contact'),
    form: { kind: 'text', secret: false, example: 'Sales operations <crm@company.example>' },
    fallback: { ask: `whoever runs ${title}` },
    wrong: fine,
  };
}

/** Pairs of objects that were chosen; those that are sure where nobody knew. */
export function chosenPairs(known: Known, answers: Answers): { a: string; b: string }[] {
  const given = answers.get('objects');
  const sure = (known.pairs ?? []).filter((pair) => pair.sure);
  if (given === undefined || isUnknown(given) || textOf(given) === 'suggested') return sure;
  return [given].flat().flatMap(pairsIn);
}
