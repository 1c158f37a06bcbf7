import { ok, type Result } from '../record/diagnostic.ts';
import { fillVariables, type Variables } from './template.ts';

/** A template cut into its texts and the names between braces. */
export type TemplatePart = { text: string } | { name: string };

const PIECE = /\$\{[A-Za-z_][A-Za-z0-9_]*\}|\{([A-Za-z_][\w.-]*)\}/g;

/**
 * Cuts a template such as `v0:{timestamp}:{body}`. Its `${variables}` are filled in now, and braces in their values mean
 * nothing.
 */
export function compilePlaceholders(template: string, variables: Variables): Result<TemplatePart[]> {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of template.matchAll(PIECE)) {
    parts.push({ text: template.slice(end, match.index) });
    end = match.index + match[0].length;
    const name = match[1];
    if (name !== undefined) {
      parts.push({ name });
      continue;
    }
    const filled = fillVariables(match[0], variables);
    if (!filled.ok) return filled;
    parts.push({ text: filled.value });
  }
  parts.push({ text: template.slice(end) });
  return ok(parts.filter((part) => 'name' in part || part.text !== ''));
}

/** The text, with the values of the names; those without a value are empty. */
export function fillPlaceholders(parts: readonly TemplatePart[], values: Readonly<Record<string, string>>): string {
  return parts
    .map((part) => ('text' in part ? part.text : Object.hasOwn(values, part.name) ? (values[part.name] ?? '') : ''))
    .join('');
}
