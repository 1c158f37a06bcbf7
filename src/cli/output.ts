import { relative } from 'node:path';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';
import { diagnosticsText } from './views/diagnostics.ts';
import { type Style, styleOf } from './views/style.ts';

/**
 * The one way from a command to the terminal: a command gives a value and the view that turns it into text. With
 * `--json` the value itself is written, as one line.
 */
export interface Output {
  readonly json: boolean;
  readonly style: Style;
  /** A whole result. */
  document<T extends object>(value: T, human: (value: T, style: Style) => string): void;
  /** A line of a stream of JSON; nothing for people. */
  line(value: { type: string } & Record<string, unknown>): void;
  /** The last line of a stream of JSON, or the result for people. */
  summary<T extends object>(value: T, human: (value: T, style: Style) => string): void;
  /** Text for people only, on stdout. */
  text(text: string): void;
  /** What went wrong or looks odd: on stderr for people. */
  diagnostics(found: readonly Diagnostic[]): void;
  /** The end of a command that has no result: what went wrong, and the exit code. */
  failure(exit: ExitCode, found: readonly Diagnostic[]): ExitCode;
}

/** A file in the current folder is named as a person there would. */
function fromHere(diagnostic: Diagnostic, folder: string): Diagnostic {
  const { where } = diagnostic;
  if (!where) return diagnostic;
  const path = relative(folder, where.file);
  return path === '' || path.startsWith('..') ? diagnostic : { ...diagnostic, where: { ...where, file: path } };
}

export function openOutput(terminal: Terminal, json: boolean): Output {
  const style = styleOf(terminal.colour && !json, terminal.width);
  const write = (value: object) => terminal.out(`${JSON.stringify(value)}\n`);
  const show = (text: string) => terminal.out(text === '' || text.endsWith('\n') ? text : `${text}\n`);
  const output: Output = {
    json,
    style,
    document: (value, human) => (json ? write(value) : show(human(value, style))),
    line: (value) => {
      if (json) write(value);
    },
    summary: (value, human) => (json ? write({ type: 'summary', ...value }) : show(human(value, style))),
    text: (text) => {
      if (!json) show(text);
    },
    diagnostics: (found) => {
      if (!json)
        terminal.err(
          diagnosticsText(
            found.map((one) => fromHere(one, terminal.folder)),
            style,
          ),
        );
    },
    failure: (exit, found) => {
      if (json) write({ type: 'summary', exit, diagnostics: found });
      else output.diagnostics(found);
      return exit;
    },
  };
  return output;
}
