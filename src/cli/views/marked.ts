import type { Cleared } from '../../checklist/marks/marks.ts';
import type { Side } from '../../record/side.ts';
import type { Style } from './style.ts';
import { counted, printable } from './text.ts';

/** What became of marked records, with the names of the systems. */
export interface ClearedView extends Cleared {
  systems: Record<Side, string>;
}

/** What was removed, and each record that was not, with the reason. */
export function clearedText(view: ClearedView, { colours }: Style): string {
  const { removed, archived, left, systems } = view;
  const rows = [clearedLine(view)];
  if (removed + archived + left.length === 0) rows[0] = 'No marked records are left.';
  for (const { side, object, id, mark, why } of left) {
    const name = `${systems[side]} ${object} ${id ?? `with the name "${mark}"`}`;
    rows.push(`  ${colours.red('✗')} ${printable(name)}: ${printable(why.summary)}`);
    if (why.next !== undefined) rows.push(`      ${colours.cyan('→')} ${printable(why.next)}`);
  }
  return `${rows.join('\n')}\n`;
}

/** `4 marked records removed, 2 archived (the system does not delete), 1 is still there.` */
export function clearedLine({ removed, archived, left }: Cleared): string {
  const parts = [`${counted(removed, 'marked record')} removed`];
  if (archived > 0) parts.push(`${archived} archived (the system does not delete)`);
  if (left.length > 0) parts.push(`${left.length} ${left.length === 1 ? 'is' : 'are'} still there`);
  return `${parts.join(', ')}.`;
}
