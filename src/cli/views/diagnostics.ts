import type { Diagnostic, Place } from '../../record/diagnostic.ts';
import type { Style } from './style.ts';
import { counted, printable } from './text.ts';

const MOST = 50;

export function placeText(where: Place): string {
  const at = [where.cell, where.line, where.column].filter((part) => part !== undefined);
  return [where.file, ...at].join(':');
}

/** One diagnostic: `file:line:column error code: summary`, then what was seen, then what to do next. */
export function diagnosticText(diagnostic: Diagnostic, { colours }: Style): string {
  const { severity, code, summary, detail, where, next } = diagnostic;
  const paint = { error: colours.red, warning: colours.yellow, info: colours.cyan }[severity];
  const place = where ? `${placeText(where)} ` : '';
  const lines = [`${place}${paint(severity)} ${colours.dim(`${code}:`)} ${printable(summary)}`];
  if (detail) lines.push(`  ${printable(detail)}`);
  if (next) lines.push(`  ${colours.cyan('→')} ${printable(next)}`);
  return lines.join('\n');
}

/** All of them, errors last, so that they are still seen; the first fifty of each severity. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], style: Style): string {
  const parts: string[] = [];
  for (const severity of ['info', 'warning', 'error'] as const) {
    const found = diagnostics.filter((one) => one.severity === severity);
    parts.push(...found.slice(0, MOST).map((one) => diagnosticText(one, style)));
    if (found.length > MOST) parts.push(`… and ${counted(found.length - MOST, `more ${severity}`)}`);
  }
  return parts.map((part) => `${part}\n`).join('');
}
