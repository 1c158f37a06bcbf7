import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_SIZE } from '../../checklist/run-check.ts';
import { TICKETS, type TicketKind } from '../../checklist/ticket/texts.ts';
import { writeTicket } from '../../checklist/ticket/ticket.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { Cli } from '../command.ts';
import { checkView } from '../commands/check.ts';
import { openRuntime } from '../open.ts';
import { reportFiles, writeReports } from '../report-file.ts';
import type { CheckView } from '../views/check.ts';

/** Where an interview writes what came of it. */
export interface Destination {
  /** Absolute. */
  folder: string;
  environment: string;
  language: 'en' | 'de';
}

/** A mail to be sent, in a file. */
export interface WrittenTicket {
  kind: TicketKind;
  system: string;
  /** From the folder. */
  file: string;
  to: string | null;
}

export const INTEGRATION = 'integration.yaml';
const REPORT = 'readiness.html';
/** What must not be shared: state with its keys, and credentials. */
const IGNORED = '.dovetail/\n.env\n';

/** Writes the integration file, and what keeps its state out of version control. Overwrites nothing. */
export function writeIntegration({ folder }: Destination, text: string): Result<string[]> {
  const file = join(folder, INTEGRATION);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
    if (existsSync(join(folder, '.gitignore'))) return ok([INTEGRATION]);
    writeFileSync(join(folder, '.gitignore'), IGNORED, { flag: 'wx' });
    return ok([INTEGRATION, '.gitignore']);
  } catch (error) {
    return fail(unwritable(file, error));
  }
}

/** Runs the check list over the new integration, and writes its report. */
export async function checkNew(
  cli: Cli,
  { folder, environment, language }: Destination,
  nextCommand: string,
): Promise<Result<{ view: CheckView; file: string }, Diagnostic[]>> {
  const integration = join(folder, INTEGRATION);
  const runtime = await openRuntime(cli.terminal, { integration, env: environment });
  if (!runtime.ok) return fail(runtime.error.diagnostics);
  try {
    const view = await checkView(runtime.value, {
      since: null,
      only: null,
      sampleSize: SAMPLE_SIZE,
      nextCommand,
      signal: cli.terminal.signal,
    });
    if (!view.ok) return fail([view.error]);
    const files = reportFiles(cli, [join(folder, REPORT)]);
    if (!files.ok) return fail([files.error]);
    const written = writeReports(files.value, runtime.value.integration, view.value, language);
    return written.ok ? ok({ view: view.value, file: REPORT }) : fail([written.error]);
  } finally {
    await runtime.value.close();
  }
}

/** Answers of the check list that somebody of the other side must give, and the mail that asks for them. */
const ASKED_BY: Record<TicketKind, (answer: { question: string; status: string }) => boolean> = {
  credentials: ({ question, status }) => question === 'credentials' && status === 'contradicted',
  'static-ip': ({ question, status }) =>
    (question === 'static-ip' && status === 'open') || (question === 'reachability' && status === 'contradicted'),
  vpn: ({ question, status }) => question === 'vpn' && status === 'open',
  'staging-data': ({ question, status }) => question === 'test-data' && status === 'open',
};

/** The tickets that follow from the check, and those for credentials that nobody here knows; written into `tickets/`. */
export function writeTickets(
  { folder, language }: Destination,
  integration: LoadedIntegration,
  view: CheckView | null,
  withoutCredentials: readonly Side[],
): Result<WrittenTicket[]> {
  const written: WrittenTicket[] = [];
  for (const side of SIDES) {
    const { name } = integration[side];
    const answers = (view?.lines ?? []).filter(({ system }) => system === null || system === name);
    for (const kind of TICKETS) {
      const unknown = kind === 'credentials' && withoutCredentials.includes(side);
      if (!unknown && !answers.some(ASKED_BY[kind])) continue;
      const ticket = writeTicket(kind, integration, side, language);
      // Where our own addresses are not known, the check says so.
      if (!ticket.ok) continue;
      const file = join('tickets', `${kind}-${name}.txt`);
      const { to, subject, body } = ticket.value;
      try {
        mkdirSync(join(folder, 'tickets'), { recursive: true });
        writeFileSync(join(folder, file), `${to === null ? '' : `To: ${to}\n`}Subject: ${subject}\n\n${body}\n`);
      } catch (error) {
        return fail(unwritable(join(folder, file), error));
      }
      written.push({ kind, system: name, file, to });
    }
  }
  return ok(written);
}

function unwritable(file: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
  return problem('file-unwritable', "The file can't be written", { detail: `${code}.`, where: { file } });
}
