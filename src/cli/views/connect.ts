import type { Style } from './style.ts';
import { counted, printable } from './text.ts';

export interface ConnectReport {
  system: string;
  environment: string;
  /** Names of the variables that are kept, encrypted. */
  kept: string[];
  /** Whether a person said yes in the browser. */
  allowed: boolean;
  /** The read that the credentials were tried with; null where the connector lists nothing. */
  checked: { object: string; records: number } | null;
}

export function connectText(
  { system, environment, kept, allowed, checked }: ConnectReport,
  { colours }: Style,
): string {
  const mark = colours.green('✓');
  const lines = [
    ...(kept.length > 0 ? [`${mark} kept, encrypted: ${kept.map(printable).join(', ')}`] : []),
    ...(allowed ? [`${mark} allowed in the browser`] : []),
    checked
      ? `${mark} the system answered: ${counted(checked.records, 'record')} on the first page of ${checked.object}`
      : 'Not tried: the connector lists no object.',
    '',
    `${system} (${environment}) is connected. Next: dovetail check`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Where a person says yes. */
export function browserText(url: string, redirectUri: string, { colours }: Style): string {
  return [
    'Open this address in a browser, and say yes:',
    '',
    `  ${colours.cyan(printable(url))}`,
    '',
    `The system must know this address to come back to: ${redirectUri}`,
    '',
  ].join('\n');
}
