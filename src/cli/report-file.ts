import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { reportHtml } from '../checklist/report/html.ts';
import { reportMarkdown } from '../checklist/report/markdown.ts';
import { type ReportModel, reportModel } from '../checklist/report/model.ts';
import { checkSeal } from '../checklist/report/seal.ts';
import type { Language } from '../checklist/report/words.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { Cli } from './command.ts';
import { version } from './version.ts';
import type { CheckView } from './views/check.ts';
import { systemCode, writeFile } from './written-file.ts';

/** A report to be written, and as what. */
export interface ReportFile {
  file: string;
  render: (model: ReportModel) => string;
}

const FORMS: Record<string, ReportFile['render']> = {
  '.html': reportHtml,
  '.htm': reportHtml,
  '.md': reportMarkdown,
};

/** Fails with `report-form` for a name that does not say what the report is to be. */
export function reportFiles({ terminal }: Cli, names: readonly string[]): Result<ReportFile[]> {
  const files: ReportFile[] = [];
  for (const name of names) {
    const render = FORMS[extname(name).toLowerCase()];
    if (!render) {
      return fail(
        problem('report-form', `${name} does not say what the report is to be`, {
          next: 'Give it a name that ends in .html or .md',
        }),
      );
    }
    files.push({ file: resolve(terminal.folder, name), render });
  }
  return ok(files);
}

/** Writes each report whole or not at all. Fails with `file-unwritable`. */
export function writeReports(
  files: readonly ReportFile[],
  integration: LoadedIntegration,
  view: CheckView,
  language: Language,
): Result<void> {
  const model = reportModel(integration, view, { language, version: version(), overridden: view.overridden });
  for (const { file, render } of files) {
    const opened = writeFile(file);
    if (!opened.ok) return opened;
    opened.value.add(render(model));
    const finished = opened.value.finish();
    if (!finished.ok) return finished;
  }
  return ok(undefined);
}

/** Whether a report is as it was written. Fails with `report-unreadable`, `report-unsealed` or `report-changed`. */
export function verifyReport({ terminal }: Cli, name: string): Result<{ file: string; seal: string }> {
  const where = { file: resolve(terminal.folder, name) };
  let text: string;
  try {
    text = readFileSync(where.file, 'utf8');
  } catch (error) {
    const detail = `The operating system says ${systemCode(error)}.`;
    return fail(problem('report-unreadable', 'The report cannot be read', { detail, where }));
  }
  const checked = checkSeal(text);
  if (!checked) return fail(problem('report-unsealed', 'This file bears no digest: it is no report', { where }));
  if (checked.unchanged) return ok({ file: name, seal: checked.seal });
  return fail(
    problem('report-changed', 'The report is not as it was written', {
      where,
      next: 'Ask for the original, or run `dovetail check --report` anew',
    }),
  );
}
