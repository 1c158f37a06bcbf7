import type { MappingStatus, StatusReport } from '../status-report.ts';
import { overriddenLines } from './overridden.ts';
import { OUTCOME_WORDS, unmappedLines } from './run.ts';
import type { Style } from './style.ts';
import { counted, durationText, indent, numberText, printable, table, timeOrNever, timeText, wrap } from './text.ts';

/** What is: links, how far each side was read, what is parked, and the last run. */
export function statusText(report: StatusReport, style: Style): string {
  const { colours } = style;
  const { integration, environment, systems, mappings, lastRun } = report;
  const rows = [
    ['mapping', 'objects', 'links', 'parked', 'read up to', 'deletes looked for'],
    ...mappings.flatMap((mapping) => mappingRows(mapping, systems)),
  ];
  const lines = [
    colours.bold(`${integration} (${environment}): ${systems.a} ↔ ${systems.b}`),
    colours.dim(printable(report.purpose)),
    '',
    ...indent(table(rows, [2, 3])),
    '',
    ...mappings.flatMap(attention),
    ...mappings.flatMap(({ name, unmapped }) => unmappedLines(name, unmapped, systems, style.width)),
  ];
  if (lastRun) {
    const time = lastRun.finished === null ? '' : `, took ${durationText(lastRun.finished - lastRun.started)}`;
    lines.push(`Last run: ${timeText(lastRun.started)}, ${OUTCOME_WORDS[lastRun.outcome]}${time} (${lastRun.id}).`);
  } else lines.push('There was no run yet.');
  lines.push(...gateLines(report, style));
  lines.push(`Next: ${colours.bold(report.next)}`);
  return `${lines.join('\n')}\n`;
}

function gateLines({ gate, environment }: StatusReport, style: Style): string[] {
  const overridden = overriddenLines(gate.overridden, style);
  if (gate.shut.length === 0) return overridden;
  const questions = [...new Set(gate.shut.map(({ question }) => question))];
  const shut = `${style.colours.yellow('The check list blocks a sync')} in ${environment}: ${questions.join(', ')}. See \`dovetail check\`.`;
  return [...overridden, ...wrap(shut, style.width)];
}

function mappingRows(mapping: MappingStatus, systems: StatusReport['systems']): string[][] {
  const parked = Object.values(mapping.parked).reduce((sum, count) => sum + count, 0);
  return (['a', 'b'] as const).map((side) => [
    side === 'a' ? mapping.name : '',
    `${systems[side]} ${mapping.objects[side]}`,
    side === 'a' ? numberText(mapping.links.active) : '',
    side === 'a' ? numberText(parked) : '',
    timeOrNever(mapping.cursors[side]?.mark ?? mapping.cursors[side]?.scanned ?? null),
    timeOrNever(mapping.cursors[side]?.swept ?? null),
  ]);
}

function attention({ name, parked, openIntents, links }: MappingStatus): string[] {
  const reasons = Object.entries(parked).map(([reason, count]) => `${reason} ${numberText(count)}`);
  const lines: string[] = [];
  if (reasons.length > 0) lines.push(`${name}: parked: ${reasons.join(', ')}.`);
  if (links.silent > 0) lines.push(`${name}: ${counted(links.silent, 'silent link')}, outside the filter.`);
  if (openIntents > 0)
    lines.push(`${name}: ${counted(openIntents, 'create')} of unknown outcome, to be settled by the next sync.`);
  return lines;
}
