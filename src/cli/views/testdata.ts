import type { ObjectTestData } from '../../checklist/test-data/generate.ts';
import type { CallCount } from '../../connector/port.ts';
import type { Side } from '../../record/side.ts';
import type { Style } from './style.ts';
import { counted, printable, timeText, wrap } from './text.ts';

/** What `testdata generate` made. */
export interface TestDataView {
  environment: string;
  systems: Record<Side, string>;
  objects: (Omit<ObjectTestData, 'side'> & { system: string })[];
  calls: Record<Side, CallCount>;
  /** Every record that was wanted is there. */
  complete: boolean;
  /** The exact command that takes them away, or goes on. */
  next: string;
}

/** The test records that are noted. `at`: epoch ms. */
export interface TestDataListView {
  records: { system: string; object: string; id: string | null; mark: string; at: number }[];
}

/** A line for each object, with what could not be shown. */
export function testDataText(
  { environment, objects, complete, next }: TestDataView,
  { colours, width }: Style,
): string {
  const rows = [colours.bold(`Test data in ${environment}`)];
  for (const { system, object, ids, kept, cases, untold, failures } of objects) {
    const were = kept > 0 ? `, ${kept} of them were there` : '';
    const sign = failures.length > 0 ? colours.red('✗') : untold.length > 0 ? colours.yellow('~') : colours.green('✓');
    rows.push(
      `  ${sign} ${system.padEnd(8)} ${object.padEnd(16)} ${counted(ids.length, 'record')}${were}, ${counted(cases, 'case')}`,
    );
    if (untold.length > 0) {
      const words = untold.map(({ field, case: one }) => `${field} (${one})`).join(', ');
      rows.push(...wrap(`not shown: ${printable(words)}`, width - 8).map((row) => `        ${colours.dim(row)}`));
    }
    for (const { summary, detail } of failures)
      rows.push(
        ...wrap(printable(detail === undefined ? summary : `${summary}: ${detail}`), width - 8).map(
          (row) => `        ${row}`,
        ),
      );
  }
  const all = objects.reduce((sum, { ids }) => sum + ids.length, 0);
  rows.push(
    '',
    complete
      ? `${counted(all, 'record')} named "Dovetail test ..." are there.`
      : colours.yellow(`${counted(all, 'record')} named "Dovetail test ..." are there; not all that were wanted.`),
  );
  rows.push(`${next.includes('testdata remove') ? 'Take them away' : 'Go on'}: ${colours.bold(next)}`);
  return `${rows.join('\n')}\n`;
}

export function testDataListText({ records }: TestDataListView): string {
  if (records.length === 0) return 'There are no test records.\n';
  const rows = records.map(
    ({ system, object, id, mark, at }) =>
      `  ${system.padEnd(8)} ${object.padEnd(16)} ${printable(id ?? '(not known)').padEnd(14)} ${mark}  ${timeText(at)}`,
  );
  return `${[counted(records.length, 'test record'), ...rows].join('\n')}\n`;
}
