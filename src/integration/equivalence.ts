import { compilePhone } from '../connector/codec/phone.ts';
import { codeForm, textForm } from '../record/text-form.ts';
import type { Value } from '../record/value.ts';
import { compileExpression, isDynamic } from './expression.ts';
import type { Equivalence } from './loaded.ts';
import type { Row, RowScope } from './row.ts';

/** The normal forms that have a name. What is no text is left as it is. */
const FORMS: Record<string, (text: string, country: string | undefined) => string> = {
  /** Blanks at the ends do not count, and of several in a row only one. */
  blanks: (text) => text.replace(/\s+/g, ' ').trim(),
  /** Capitals and small letters are the same. */
  case: (text) => text.toUpperCase().toLowerCase(),
  /** Case, blanks, width and composition of letters do not count: as texts are matched. */
  text: textForm,
  /** Blanks, dots, dashes, slashes and case do not count: as codes are matched. */
  code: codeForm,
  /** Only digits count. */
  digits: (text) => text.replace(/\D/g, ''),
  /** One number in another notation. */
  phone: (text, country) => compilePhone(country)(text),
  /** Of an instant, seconds do not count. */
  minute: (text) => text.slice(0, 16),
  /** Of an instant, the time of day does not count. */
  day: (text) => text.slice(0, 10),
};

export const FORM_NAMES: readonly string[] = Object.keys(FORMS);

/** The equivalence that a row declares; null where it declares none, or a wrong one, which is among the findings then. */
export function loadEquivalence(row: Row, scope: RowScope): Equivalence | null {
  const source = row.file.equivalent;
  if (source === undefined) return null;
  const path = [...scope.path, 'equivalent'];
  if (isDynamic(source)) {
    const compiled = compileExpression(source, scope.findings.place(path), scope.declared.towards(null));
    if (!compiled.ok) {
      scope.findings.take([compiled.error], path);
      return null;
    }
    const { evaluate } = compiled.value;
    const form = (value: Value) => {
      const result = evaluate({ value, record: {} });
      return result.ok ? result.value : undefined;
    };
    return { source, form };
  }
  const named = Object.hasOwn(FORMS, source) ? FORMS[source] : undefined;
  if (!named) {
    scope.findings.unknown('equivalent-unknown', `There is no normal form "${source}"`, path, source, FORM_NAMES);
    return null;
  }
  const country = row.fields.a.default_country ?? row.fields.b.default_country;
  return { source, form: (value) => (typeof value === 'string' ? named(value, country) : value) };
}
