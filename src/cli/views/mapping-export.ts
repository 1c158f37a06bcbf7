import type { Style } from './style.ts';
import { indent, numberText, printable, table } from './text.ts';

export interface ExportReport {
  /** As it was named. */
  to: string;
  files: string[];
  environment: string;
  samples: 'none' | 'masked' | 'real';
  sheets: { sheet: string; mapping: string; mapped: number; ignored: number; open: number }[];
}

/** What was written, what is still open in it, and what comes next. */
export function exportText({ to, environment, samples, sheets }: ExportReport, { colours }: Style): string {
  const rows = sheets.map(({ sheet, mapped, ignored, open }) => [
    printable(sheet),
    ...[mapped, ignored, open].map(numberText),
  ]);
  const [head = '', ...lines] = table([['sheet', 'mapped', 'ignored', 'open'], ...rows], [1, 2, 3]);
  return [
    `Written to ${colours.bold(to)}${SAMPLES[samples](environment)}.`,
    '',
    ...indent([colours.dim(head), ...lines]),
    '',
    'Let the people who know the data fill it in, then bring their changes back:',
    `  dovetail mapping import ${to}`,
    '',
  ].join('\n');
}

const SAMPLES: Record<ExportReport['samples'], (environment: string) => string> = {
  none: () => ', without sample values',
  masked: (environment) => `, with masked sample values of ${environment}`,
  real: (environment) => `, with real values of ${environment}: treat it like the systems themselves`,
};
