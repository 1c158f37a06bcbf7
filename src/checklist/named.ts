import type { Diagnostic } from '../record/diagnostic.ts';

/** Ids that one finding names; how many more there are is said. */
const MOST_NAMED = 50;

/** A finding about records, which it names by their ids. `more.detail` stands before them. */
export function aboutRecords(
  code: string,
  summary: string,
  ids: readonly string[],
  more: Pick<Diagnostic, 'detail' | 'where' | 'next' | 'severity'> = { severity: 'warning' },
): Diagnostic {
  const named = ids.slice(0, MOST_NAMED).join(', ');
  const rest = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  const records = `${ids.length === 1 ? 'Record' : 'Records'}: ${named}${rest}`;
  const detail = more.detail === undefined ? records : `${more.detail.replace(/\.?$/, '.')} ${records}`;
  return { ...more, code, summary, detail };
}
