import process from 'node:process';
import { autocompleteMultiselect, isCancel } from '@clack/prompts';
import type { SurveyRow } from '../importers/openapi/survey.ts';
import type { Terminal } from './terminal.ts';
import { surveyRows } from './views/connector-import.ts';

/** Whether somebody sits there who can answer. */
export const canAsk = (terminal: Terminal): boolean => terminal.interactive && process.stdin.isTTY === true;

/** Lets a person pick objects from the table; null where they leave it. */
export async function pickObjects(survey: readonly SurveyRow[], terminal: Terminal): Promise<string[] | null> {
  // What a line does not hold would wrap and tear the table apart; the bar and the box take five columns.
  const most = terminal.width - 6;
  const [head = '', ...rows] = surveyRows(survey).map((row) =>
    row.length <= most ? row : `${row.slice(0, most - 1)}…`,
  );
  const picked = await autocompleteMultiselect({
    message: `Which objects do you need? Type to search, tab to mark.\n     ${head}`,
    options: survey.map((row, place) => ({ value: row.name, label: rows[place] ?? row.name })),
    maxItems: 15,
    required: true,
  });
  return isCancel(picked) ? null : picked;
}
