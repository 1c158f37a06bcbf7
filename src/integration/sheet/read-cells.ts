import { didYouMean } from '../../connector/closest-word.ts';
import { fail, ok, type Result } from '../../record/diagnostic.ts';
import { type Column, EDITABLE, type EditableId } from './columns.ts';
import type { SheetMapping } from './contents.ts';
import { labelText } from './fact-text.ts';
import type { SheetSide } from './side.ts';
import { said, understood } from './words.ts';

/** Why a cell can't be understood. */
export interface CellFault {
  code: string;
  summary: string;
  next: string | undefined;
}

/** What a cell means, in the words of the sheet. What nobody changed is not looked at. */
export function meaningOf(
  column: Column & { id: EditableId },
  typed: string,
  before: string,
  { sides }: SheetMapping,
): Result<string, CellFault> {
  const { id, words, header } = column;
  if (typed === before || typed === '') return ok(typed);
  if (words) {
    const found = understood(words, typed);
    if (found.ok) return ok(said(words, found.value));
    const next = found.error ?? `Pick one of the list`;
    return fail({ code: 'word-unknown', summary: `"${typed}" is not known under "${header}"`, next });
  }
  if (id === 'fieldA') return fieldOf(typed, sides.a, header);
  if (id === 'fieldB') return fieldOf(typed, sides.b, header);
  if (id === 'toA' || id === 'toB') return expressionOf(typed);
  return ok(typed);
}

/** By its technical name, or by the label that people see where only one field has it. */
function fieldOf(typed: string, { object, fields }: SheetSide, header: string): Result<string, CellFault> {
  if (Object.hasOwn(fields, typed)) return ok(typed);
  const wanted = typed.toLowerCase();
  const names = Object.keys(fields);
  const called = names.filter((name) => {
    return name.toLowerCase() === wanted || labelText(name, fields[name]).toLowerCase() === wanted;
  });
  const [only, another] = called;
  if (only !== undefined && another === undefined) return ok(only);
  const system = header.replace(/ field$/, '');
  if (only !== undefined) {
    const next = `Write the technical name: ${called.join(' or ')}`;
    return fail({
      code: 'field-ambiguous',
      summary: `Several fields of ${system} ${object} are called "${typed}"`,
      next,
    });
  }
  const known = [...names, ...names.map((name) => labelText(name, fields[name]))];
  const summary = `"${typed}" is not a field of ${system} ${object}`;
  return fail({ code: 'field-unknown', summary, next: didYouMean(typed, known) });
}

const TYPOGRAPHIC = /[\u2018\u2019\u201A\u201C\u201D\u201E]/;

/** Writing programs change quotes while they are typed; in a rule they mean nothing. */
function expressionOf(typed: string): Result<string, CellFault> {
  const code = typed.match(/\{[{%].*?[}%]\}/gs)?.join('') ?? '';
  if (!TYPOGRAPHIC.test(code)) return ok(typed);
  const next = `Write ' or " instead`;
  return fail({ code: 'quotes-typographic', summary: 'The rule has typographic quotes', next });
}

export const isEditable = (column: Column): column is Column & { id: EditableId } =>
  EDITABLE.some((id) => id === column.id);
