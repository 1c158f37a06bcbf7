import type { ListDefinition } from './definition.ts';
import { mapTexts } from './template.ts';

type Escape = ListDefinition['equals_escape'];

/**
 * The value of a filter as the system's own language says it, e.g. `{field} eq '{value}'`. A value within quotation
 * marks is escaped, so that it can not end them. A template that is JSON, for a search by POST, becomes a value of JSON
 * with the texts in it filled.
 */
export function fillFilter(template: string, field: string, value: string, quoting?: Escape): unknown {
  const json = parsed(template);
  if (json === undefined) return inText(template, field, value, quoting);
  return mapTexts(json, (text) => named(text, field).replaceAll('{value}', () => value));
}

/** {field} is where the field stands in a record, {name} the last step of that. */
function named(text: string, field: string): string {
  return text.replaceAll('{field}', () => field).replaceAll('{name}', () => field.split('.').at(-1) ?? field);
}

function parsed(template: string): object | undefined {
  if (!/^\s*(\[|\{\s*")/.test(template)) return undefined;
  try {
    const value: unknown = JSON.parse(template);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Without a word about it, quotation marks are doubled within '…' (SQL, OData), and get a backslash within "…". */
function inText(template: string, field: string, value: string, quoting: Escape | undefined): string {
  return named(template, field).replaceAll(/(['"]?)([^'"{}]*)\{value\}/g, (_, quote: string, between: string) => {
    if (quote === '') return between + value;
    const way = quoting ?? (quote === "'" ? 'doubled' : 'backslash');
    const escaped = way === 'doubled' ? value.replaceAll(quote, quote + quote) : value.replaceAll(/['"\\]/g, '\\$&');
    return quote + between + escaped;
  });
}
