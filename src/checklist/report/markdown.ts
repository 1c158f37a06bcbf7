import type { CheckLine, Question } from '../question.ts';
import { findingsOf, type ToldFinding } from './findings.ts';
import type { ReportModel } from './model.ts';
import { SEAL_PLACE, sealed } from './seal.ts';
import { timeIn } from './time.ts';
import { WORDS, type Words } from './words.ts';

/** The report as Markdown, for wikis and tickets. */
export function reportMarkdown(model: ReportModel): string {
  const words = WORDS[model.language];
  const { report, systems } = model;
  const blocking = report.lines.filter((line) => line.blocking).length;
  const rows = [
    `# ${words.title}: ${plain(systems.map(({ title }) => title).join(' ↔ '))}`,
    plain(model.purpose),
    `${words.environment}: ${plain(report.environment)}. ${words.checked}: ${timeIn(model.language, report.at)}, ${words.by} ${model.version}.`,
    `## ${words.verdict}`,
    `**${report.ready ? words.ready(report.environment) : words.notReady(report.environment, blocking)}**`,
    ...(report.openForProduction > 0 ? [words.laterForProduction(report.openForProduction)] : []),
    ...overridden(model, words),
    `## ${words.openPoints}`,
    openPoints(model, words),
    `## ${words.systems}`,
    systemTable(model, words),
    `## ${words.checkList}`,
    ...model.themes.flatMap(({ theme, questions }) => [
      `### ${words.theme[theme]}`,
      ...questions.map(({ question, lines }) => questionText(model, question, lines, words)),
    ]),
    '---',
    `${words.seal}: \`${SEAL_PLACE}\`. ${words.sealHow}`,
  ];
  return sealed(`${rows.join('\n\n')}\n`);
}

/** A text that stands for itself in Markdown, on one line. */
const plain = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|]/g, '\\$&');

function overridden(model: ReportModel, words: Words): string[] {
  if (model.overridden.length === 0) return [];
  const items = model.overridden.map(
    ({ question, system, reason, at }) =>
      `- **${question}**${system === null ? '' : ` (${plain(system)})`} ${words.overriddenBy(timeIn(model.language, at), plain(reason))}`,
  );
  return [`## ${words.overridden}`, items.join('\n')];
}

function openPoints(model: ReportModel, words: Words): string {
  if (model.openPoints.length === 0) return words.noOpenPoints;
  const rows = model.openPoints.map(({ line, question, who }) => [
    question.id,
    line.system ?? words.both,
    words.status[line.status],
    words.blocks[line.blocks],
    words.said(line.next ?? line.says),
    who === null ? words.person[question.ask] : `${words.person[question.ask]} (${who})`,
  ]);
  return tableOf([words.question, '', words.state, words.stops, words.todo, words.who], rows);
}

function systemTable({ systems }: ReportModel, words: Words): string {
  const row = (name: string, of: (system: ReportModel['systems'][number]) => string) => [name, ...systems.map(of)];
  return tableOf(
    ['', ...systems.map(({ title }) => title)],
    [
      row(words.connector, ({ connector }) => connector),
      row(words.protocol, ({ protocol }) => protocol),
      row(words.address, ({ address }) => address),
      row(words.contact, ({ contact }) => contact ?? words.nobody),
    ],
  );
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function questionText(model: ReportModel, question: Question, lines: readonly CheckLine[], words: Words): string {
  const text = model.language === 'de' ? question.german.text : question.text;
  const answers = lines.map((line) => {
    const next = line.next === null ? '' : ` → ${plain(words.said(line.next))}`;
    const seen = line.evidence.map(({ side, found }) => `\n  - ${plain(`${model.report.systems[side]}: ${found}`)}`);
    return `- **${words.status[line.status]}** ${plain(line.system ?? words.both)}: ${plain(words.said(line.says))}${next}${seen.join('')}`;
  });
  const found = lines.flatMap((line) => findingsOf(line, model.report));
  const fold =
    found.length === 0
      ? []
      : [`\n<details><summary>${words.findings(found.length)}</summary>\n`, ...found.map(findingText), '\n</details>'];
  return [`**${plain(text)}** \`${question.id}\``, ...answers, ...fold].join('\n');
}

function findingText({ system, place, text, next }: ToldFinding): string {
  const where = place === null ? '' : ` \`${place}\``;
  return `- ${plain(system)}${where}: ${plain(text)}${next === null ? '' : ` → ${plain(next)}`}`;
}
