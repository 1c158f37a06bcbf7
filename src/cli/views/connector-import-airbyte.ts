import { type ImportReport, lossLines } from '../../importers/airbyte/report.ts';
import type { Style } from './style.ts';
import { counted, printable, shorten } from './text.ts';

export interface AirbyteReport extends ImportReport {
  source: string;
  title: string;
  /** The connector file. */
  written: string;
  /** What a connection must say. */
  variables: string[];
}

const MOST = 20;

/** What was imported, what each stream lost, what was refused and why. */
export function airbyteText(report: AirbyteReport, { colours }: Style): string {
  const imported = report.streams.filter((stream) => stream.outcome === 'imported');
  const refused = report.streams.filter((stream) => stream.outcome === 'refused');
  const lines = [
    `${printable(report.title)}: ${counted(imported.length, 'stream')} of ${report.streams.length} written to ${colours.bold(report.written)}.`,
  ];
  const show = (title: string, all: readonly string[]) => {
    if (all.length === 0) return;
    lines.push('', title, ...all.slice(0, MOST).map((line) => `  ${shorten(printable(line), 160)}`));
    if (all.length > MOST) lines.push(`  … and ${counted(all.length - MOST, 'more line')}, in the head of the file`);
  };
  show(
    colours.red('Refused, by what they need:'),
    refused.map((stream) => `${stream.stream}: ${stream.refusedFor ?? ''}`),
  );
  show('Not imported, for the whole connector:', report.losses);
  show('Lost, with the streams that it concerns:', lossLines(imported));
  lines.push(
    '',
    'Next:',
    `  1. Read ${report.written}: what is assumed stands under grounds. It reads only; writes are to be added by hand.`,
    `  2. dovetail connect    asks for ${report.variables.length > 0 ? printable(shorten(report.variables.join(', '), 100)) : 'what it needs'}`,
    '  3. dovetail connector learn    asks the live (staging) system whether all that is so',
  );
  return `${lines.join('\n')}\n`;
}
