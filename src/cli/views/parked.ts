import type { Side } from '../../record/side.ts';
import type { ParkedRecord } from '../../store/port.ts';
import type { Style } from './style.ts';
import { counted, numberText, printable, timeText, wrap } from './text.ts';

export interface ParkedReport {
  systems: Record<Side, string>;
  parked: ParkedRecord[];
  /** Of all that fit, also those not in `parked`. */
  total: number;
  /** By reason. */
  reasons: Record<string, number>;
}

/** `companies` of `crm-erp/companies`. */
export const mappingName = (key: string): string => key.slice(key.indexOf('/') + 1);

/** One parked record in two or three lines: which, why, and the way out. */
export function parkedLines(one: ParkedRecord, systems: Record<Side, string>, { colours, width }: Style): string[] {
  const where = `${mappingName(one.mapping)} ${systems[one.side]} ${printable(one.id)}`;
  const state = one.dismissed ? ', dismissed' : one.approved === one.reason ? ', approved' : '';
  const lines = [`${colours.magenta('!')} ${colours.bold(where)}  ${one.reason}${colours.dim(state)}`];
  const detail = one.diagnostic.detail ? `: ${one.diagnostic.detail}` : '';
  lines.push(...wrap(printable(one.diagnostic.summary + detail), width - 4).map((row) => `    ${row}`));
  if (one.diagnostic.next) {
    const rows = wrap(printable(one.diagnostic.next), width - 6);
    lines.push(...rows.map((row, index) => `    ${index === 0 ? colours.cyan('→') : ' '} ${row}`));
  }
  return lines;
}

export function parkedText({ parked, systems, total, reasons }: ParkedReport, style: Style): string {
  if (total === 0) return 'Nothing is parked.\n';
  const lines = parked.flatMap((one) => parkedLines(one, systems, style));
  if (total > parked.length) lines.push(`… and ${numberText(total - parked.length)} more (--most shows them)`);
  const byReason = Object.entries(reasons).map(([reason, count]) => `${reason} ${numberText(count)}`);
  const verb = total === 1 ? 'is' : 'are';
  lines.push('', `${counted(total, 'record')} ${verb} parked: ${byReason.join(', ')}.`);
  return `${lines.join('\n')}\n`;
}

/** Everything that is known of one parked record. */
export function parkedRecordText(
  { one, systems }: { one: ParkedRecord; systems: Record<Side, string> },
  style: Style,
): string {
  const lines = parkedLines(one, systems, style);
  lines.push(`    first ${timeText(one.first)}, last ${timeText(one.last)}, ${counted(one.attempts, 'attempt')}`);
  lines.push(`    ${wakesText(one, systems)}`);
  return `${lines.join('\n')}\n`;
}

function wakesText(
  { reason, next, waitsFor, dismissed, approved }: ParkedRecord,
  systems: Record<Side, string>,
): string {
  if (dismissed)
    return `dismissed ${timeText(dismissed.at)}: ${printable(dismissed.reason)}; holds until the record changes`;
  if (approved === reason) return 'approved: the next sync does it';
  if (next !== null) return `tried again by the first sync after ${timeText(next)}`;
  if (waitsFor) {
    const { mapping, side, id } = waitsFor;
    return `waits for ${mappingName(mapping)} ${systems[side]} ${printable(id)}`;
  }
  return 'tried again when the record or its mapping changes, or with `dovetail parked retry`';
}

export interface ParkedChange {
  what: 'retry' | 'approve' | 'dismiss';
  count: number;
  next: string | null;
}

export function parkedChangeText({ what, count, next }: ParkedChange): string {
  const done = { retry: 'will be tried again', approve: 'approved', dismiss: 'dismissed' }[what];
  return `${counted(count, 'record')} ${done}.${next ? ` Next: ${next}` : ''}\n`;
}
