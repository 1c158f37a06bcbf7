import type { Ground } from '../../connector/definition.ts';
import type { SurveyRow } from '../../importers/openapi/survey.ts';
import type { Unknown } from '../../importers/openapi/unknowns.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import type { WrittenConnector } from '../connector-files.ts';
import type { Style } from './style.ts';
import { counted, indent, printable, shorten, table } from './text.ts';

export interface ImportReport {
  source: string;
  title: string;
  version: string;
  /** `openapi 3.1.0` */
  format: string;
  operations: number;
  /** All that the API lists. */
  objects: SurveyRow[];
  /** Null where nothing was asked for: the table only. */
  written: (WrittenConnector & { objects: string[]; added: string[] }) | null;
  /** The least OAuth scopes for the objects of the file. */
  scopes?: string[];
  unknown?: Unknown[];
  grounds?: Ground[];
  remarks?: Diagnostic[];
}

const MOST = 12;

/** What the API offers, what was written, what is not known. */
export function importText(report: ImportReport, style: Style): string {
  const { colours } = style;
  const version = report.version === '' ? '' : ` ${printable(report.version)}`;
  const head = `${printable(report.title)}${version} (${printable(report.format)}): ${counted(report.operations, 'operation')}, ${counted(report.objects.length, 'list')}.`;
  if (!report.written) return [head, '', ...offer(report, style), ''].join('\n');
  const { written } = report;
  const lines = [
    head,
    '',
    `${OUTCOME[written.outcome]} ${colours.bold(written.file)} with ${counted(written.objects.length, 'object')}: ${printable(shorten(written.objects.join(', '), 200))}.`,
  ];
  if (written.added.length > 0)
    lines.push(`Added, since others stand under them: ${printable(written.added.join(', '))}.`);
  lines.push(...changeLines(written, style));
  if (report.scopes && report.scopes.length > 0)
    lines.push('', `The least OAuth scopes: ${printable(report.scopes.join(' '))}`);
  lines.push(...groundLines(report.grounds ?? []), ...unknownLines(report.unknown ?? [], style));
  lines.push(
    '',
    'Next:',
    `  1. Read ${written.file}: every guess is marked.`,
    '  2. dovetail connector learn    asks the live (staging) system for what the document does not say',
  );
  return `${lines.join('\n')}\n`;
}

const OUTCOME = { created: 'Written to', updated: 'Brought up to date:', unchanged: 'Nothing has changed in' };

function offer(report: ImportReport, { colours }: Style): string[] {
  if (report.objects.length === 0) {
    return [
      'No list of records is described, so there is nothing to synchronise from.',
      `${colours.cyan('→')} Write objects by hand into a connector, or look for another document of the vendor.`,
    ];
  }
  return [
    ...surveyRows(report.objects),
    '',
    'Nothing was written. Say which of them are needed:',
    `  dovetail connector import openapi ${printable(report.source)} --objects ${printable(
      report.objects
        .slice(0, 2)
        .map((one) => one.name)
        .join(','),
    )}`,
  ];
}

/** The table: a head, then a row for each object. */
export function surveyRows(objects: readonly SurveyRow[]): string[] {
  const mark = (yes: boolean) => (yes ? 'yes' : '-');
  return table([
    ['object', 'list', 'get', 'create', 'update', 'delete', 'batch', 'pages', 'changes by', 'path'],
    ...objects.map((one) => [
      printable(one.name),
      mark(one.list),
      mark(one.get),
      mark(one.create),
      mark(one.update),
      mark(one.delete),
      mark(one.batch),
      one.paginationGround === 'assumed' ? `${one.pagination}?` : one.pagination,
      printable(one.since ?? '-'),
      printable(shorten(one.path, 60)),
    ]),
  ]);
}

function changeLines({ changes, kept }: WrittenConnector, { colours }: Style): string[] {
  const lines: string[] = [];
  const breaking = changes.filter((one) => one.breaking);
  const other = changes.filter((one) => !one.breaking);
  const show = (title: string, found: readonly { at: string; what: string }[]) => {
    if (found.length === 0) return;
    lines.push('', title, ...indent(found.slice(0, 40).map(({ at, what }) => printable(`${at}: ${what}`))));
    if (found.length > 40) lines.push(`  … and ${counted(found.length - 40, 'more change')}`);
  };
  show(colours.red('Breaking changes of the API:'), breaking);
  show('Other changes of the API:', other);
  const said = kept.map(({ at, outcome }) => ({
    at,
    what: outcome === 'both' ? 'yours; the API says something else' : 'yours',
  }));
  show('Kept as it was written by hand or learnt:', said);
  return lines;
}

function groundLines(grounds: readonly Ground[]): string[] {
  const count = (ground: Ground['ground']) => grounds.filter((one) => one.ground === ground).length;
  return [
    '',
    `Of ${counted(grounds.length, 'fact')}, ${count('declared')} are declared, ${count('inferred')} inferred, ${count('assumed')} assumed.`,
  ];
}

function unknownLines(unknown: readonly Unknown[], { colours }: Style): string[] {
  if (unknown.length === 0) return [];
  const lines = unknown
    .slice(0, MOST)
    .flatMap(({ at, what, next }) => [
      `- ${printable(what)} (${printable(shorten(at.length > 2 ? `${at.slice(0, 2).join(', ')} and ${at.length - 2} more` : at.join(', '), 120))})`,
      `  ${colours.cyan('→')} ${printable(next)}`,
    ]);
  const more = unknown.length > MOST ? [`… and ${unknown.length - MOST} more; all with --json`] : [];
  return ['', 'Not known:', ...indent([...lines, ...more])];
}
