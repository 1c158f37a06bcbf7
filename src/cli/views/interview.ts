import type { OpenPoint } from '../interview/drafted.ts';
import type { WrittenTicket } from '../interview/finish.ts';
import type { Ending } from '../interview/interview.ts';
import { type CheckView, shortCheckText } from './check.ts';
import type { Style } from './style.ts';
import { counted, indent, printable, wrap } from './text.ts';

/** What came of an interview. */
export interface InterviewReport {
  ending: Ending;
  folder: string;
  environment: string;
  /** Questions that a person was asked. */
  asked: number;
  /** Paths from the folder. */
  files: string[];
  /** Null where not both systems can be asked. */
  check: CheckView | null;
  /** What somebody is still to be asked. */
  open: OpenPoint[];
  tickets: WrittenTicket[];
  /** The commands to run next, in their order. */
  next: string[];
}

/** What was written, what the check says, what is open and with whom, and the next command. */
export function interviewText(report: InterviewReport, style: Style): string {
  const { colours } = style;
  const { ending, folder, files, check, open, tickets, next, asked } = report;
  if (ending !== 'complete') {
    const why = ending === 'left' ? 'Left.' : 'More can not be asked before somebody answers what is open.';
    const rest = open.length > 0 ? ['', ...openLines(open, style)] : [];
    return [`${why} The answers so far are kept.`, ...rest, '', `To go on: ${colours.bold(next[0] ?? '')}`, ''].join(
      '\n',
    );
  }
  const lines = [
    '',
    `${counted(asked, 'question')} asked. Written to ${folder}:`,
    ...files.map((file) => `  ${colours.green('+')} ${file}`),
    ...tickets.map(
      ({ file, to }) =>
        `  ${colours.green('+')} ${file}  ${colours.dim(`to send${to === null ? '' : ` to ${printable(to)}`}`)}`,
    ),
  ];
  if (check)
    lines.push(
      '',
      colours.bold('What the check found'),
      shortCheckText({ ...check, nextCommand: '' }, style).trimEnd(),
    );
  else lines.push('', 'Not checked yet: credentials are missing.');
  if (open.length > 0) lines.push('', ...openLines(open, style));
  lines.push('', 'Next:', ...next.map((command, index) => `  ${index + 1}. ${colours.bold(command)}`));
  return `${lines.join('\n')}\n`;
}

function openLines(open: readonly OpenPoint[], { colours, width }: Style): string[] {
  const lines = open.flatMap(({ what, ask }) => {
    const rows = wrap(printable(`${what} Ask ${ask}.`), width - 6);
    return rows.map((row, index) => `${index === 0 ? `${colours.yellow('?')} ` : '  '}${row}`);
  });
  return [colours.bold('Open, and whom to ask'), ...indent(lines)];
}
