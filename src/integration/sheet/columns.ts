import { otherSide, type Side } from '../../record/side.ts';
import { conflictWords, directionWords, plainWords, STATUSES, type SystemNames, type Words, YES } from './words.ts';

/** What a person may change in a row of a mapping's sheet. */
export const EDITABLE = [
  ...(['fieldA', 'fieldB', 'status', 'direction', 'toB', 'toA', 'reference'] as const),
  ...(['conflict', 'required', 'defaultA', 'defaultB', 'note'] as const),
] as const;

export type EditableId = (typeof EDITABLE)[number];

type Fact = 'Label' | 'Type' | 'Length' | 'Required' | 'Options' | 'Samples';

export type ColumnId = 'row' | `${Fact}${'A' | 'B'}` | EditableId | 'other';

export interface Column {
  id: ColumnId;
  /** Unique in the sheet: it is found by it when the sheet is read. */
  header: string;
  /** What it is about, for the band above it. */
  group: Side | 'pair' | 'rules';
  /** In characters. */
  width: number;
  /** For a person who sees it for the first time. */
  help: string;
  /** The words that a cell may hold; null where it takes any text. */
  words: Words | null;
}

/** The columns of a mapping's sheet, from left to right. */
export function columnsOf(names: SystemNames, mappings: readonly string[]): Column[] {
  return [
    {
      id: 'row',
      header: 'Row',
      group: 'pair',
      width: 6,
      help: 'The number of the pair in the integration file. Leave it as it is; a new row has none.',
      words: null,
    },
    ...factsOf('a', names),
    {
      id: 'status',
      header: 'Status',
      group: 'pair',
      width: 10,
      help: 'mapped: the two fields hold the same. ignored: left out on purpose, with the reason. open: not decided yet.',
      words: STATUSES,
    },
    {
      id: 'direction',
      header: 'Direction',
      group: 'pair',
      width: 14,
      help: 'Which way values go.',
      words: directionWords(names),
    },
    ...factsOf('b', names),
    ...rulesOf(names, mappings),
  ];
}

function factsOf(side: Side, names: SystemNames): Column[] {
  const { title } = names[side];
  const end = side === 'a' ? 'A' : 'B';
  const fact = { group: side, words: null };
  return [
    { ...fact, id: `Label${end}`, header: `${title}: label`, width: 19, help: 'What people see in the system.' },
    { ...fact, id: `field${end}`, header: `${title} field`, width: 19, help: 'The field, by its technical name.' },
    { ...fact, id: `Type${end}`, header: `${title}: type`, width: 14, help: 'What kind of value it holds.' },
    {
      ...fact,
      id: `Length${end}`,
      header: `${title}: length`,
      width: 8,
      help: 'How long a text may be, in characters.',
    },
    {
      ...fact,
      id: `Required${end}`,
      header: `${title}: required`,
      width: 9,
      help: 'yes: the system refuses records without it.',
    },
    {
      ...fact,
      id: `Options${end}`,
      header: `${title}: options`,
      width: 19,
      help: 'The choices of the field. What becomes of each stands on the sheet Options.',
    },
    {
      ...fact,
      id: `Samples${end}`,
      header: `${title}: samples`,
      width: 30,
      help: 'Three values as they are today; masked unless they were asked for.',
    },
  ];
}

function rulesOf(names: SystemNames, mappings: readonly string[]): Column[] {
  const { a, b } = names;
  const rule = { group: 'rules' as const, words: null };
  const value = (source: string) =>
    `Empty: the value as it is. Otherwise a rule: {{ value }} is the field of ${source}, {{ record.name }} another field of its record.`;
  const gets = (side: Side) =>
    `What is written into ${names[side].title} where ${names[otherSide(side)].title} has nothing.`;
  return [
    {
      ...rule,
      id: 'note',
      header: 'Note, or reason for ignoring',
      width: 36,
      help: 'For people. An ignored field needs its reason here.',
    },
    {
      ...rule,
      id: 'conflict',
      header: 'When both changed',
      width: 17,
      help: 'Whose value stands when both sides changed it. Empty: as for the whole mapping.',
      words: conflictWords(names),
    },
    { ...rule, id: 'toB', header: `Value for ${b.title}`, width: 30, help: value(a.title) },
    { ...rule, id: 'toA', header: `Value for ${a.title}`, width: 30, help: value(b.title) },
    {
      ...rule,
      id: 'reference',
      header: 'Refers to',
      width: 13,
      help: 'For fields that point to another record: the mapping that knows which two records belong together.',
      words: plainWords(mappings),
    },
    {
      ...rule,
      id: 'required',
      header: 'Must be filled',
      width: 9,
      help: 'yes: a record whose source is empty here waits until it is filled.',
      words: YES,
    },
    { ...rule, id: 'defaultB', header: `If empty, ${b.title} gets`, width: 14, help: gets('b') },
    { ...rule, id: 'defaultA', header: `If empty, ${a.title} gets`, width: 14, help: gets('a') },
    {
      ...rule,
      id: 'other',
      header: 'Also agreed',
      width: 26,
      help: 'What else the integration file says about the row. It can be changed only there.',
    },
  ];
}
