import { join } from 'node:path';
import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Cli } from '../command.ts';
import { schemaFrom } from '../example.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openPlatform } from '../open.ts';
import type { Output } from '../output.ts';
import { openState, stateFolder } from '../state.ts';
import { browserText } from '../views/connect.ts';
import { type InterviewReport, interviewText } from '../views/interview.ts';
import { type Given, isUnknown, type Kept } from './answers.ts';
import { openPoints } from './drafted.ts';
import type { Surroundings } from './find-out.ts';
import { checkNew, INTEGRATION, writeIntegration, writeTickets } from './finish.ts';
import { type Ending, Interview } from './interview.ts';
import { forgetKept, keepAnswers, loadKept } from './kept.ts';
import { PLACES, SIDE_OF } from './known.ts';
import type { Prompts } from './prompts.ts';

export interface InterviewSettings {
  /** Absolute. */
  folder: string;
  /** As a person where the command runs would name it. */
  shown: string;
  environment: string;
  language: 'en' | 'de';
  yes: boolean;
  answers: ReadonlyMap<string, Given>;
}

/** Asks what only people know, writes what comes of it, and checks it. */
export async function holdInterview(cli: Cli, output: Output, settings: InterviewSettings): Promise<ExitCode> {
  const { terminal } = cli;
  const prompts = output.json || settings.yes ? null : ((await terminal.prompts?.()) ?? null);
  const kept = await keptAnswers(settings.folder, prompts);
  if (kept === 'left') return EXIT.failed;
  const platform = await openPlatform(terminal);
  if (!platform.ok) return output.failure(EXIT.usage, [platform.error]);
  const file = join(settings.folder, INTEGRATION);
  const place = { file, environment: settings.environment };
  const state = openState(terminal, stateFolder(terminal, place, undefined), platform.value);
  if (!state.ok) {
    await platform.value.http.close();
    return output.failure(EXIT.failed, [state.error]);
  }
  const around: Surroundings = {
    folder: settings.folder,
    environment: settings.environment,
    platform: platform.value,
    store: state.value.store,
    signal: terminal.signal,
    tell: (message) => (prompts ? prompts.tell(message) : output.json ? undefined : terminal.err(`${message}\n`)),
    showAddress: prompts ? (url, redirectUri) => showAddress(cli, output, url, redirectUri) : null,
  };
  const answers = new Map<string, Given>([...Object.entries(kept?.answers ?? {}), ...settings.answers]);
  const schema = schemaFrom(settings.folder);
  const sameAddress = PLACES.filter((at) => kept && kept.answers[`${at}.address`] === answers.get(`${at}.address`));
  const asked = kept?.asked ?? [];
  const interview = new Interview({ around, schema, answers, asked, sameAddress, prompts, yes: settings.yes });
  let ended: Result<Ending, Diagnostic[]>;
  try {
    ended = await interview.run();
    keepAnswers(settings.folder, interview.answers, interview.asked);
  } finally {
    await state.value.store.close();
    await platform.value.http.close();
  }
  return finish(cli, output, settings, interview, ended, prompts);
}

function showAddress({ terminal }: Cli, output: Output, url: string, redirectUri: string): void {
  terminal.err(browserText(url, redirectUri, output.style));
  terminal.browse?.(url);
}

/** What an interview that was left has answered; null where there is none, or the person starts anew. */
async function keptAnswers(folder: string, prompts: Prompts | null): Promise<Kept | null | 'left'> {
  const kept = loadKept(folder);
  if (!kept || Object.keys(kept.answers).length === 0 || !prompts) return kept;
  // What nobody knew then may be known now.
  const known = Object.entries(kept.answers).filter(([, given]) => !isUnknown(given));
  const goesOn = await prompts.confirm(`${answersText(known.length)} kept from last time. Go on from there?`);
  if (goesOn === null) return 'left';
  if (goesOn) return { ...kept, answers: Object.fromEntries(known) };
  forgetKept(folder);
  return null;
}

const answersText = (count: number): string => (count === 1 ? '1 answer is' : `${count} answers are`);

async function finish(
  cli: Cli,
  output: Output,
  settings: InterviewSettings,
  interview: Interview,
  ended: Result<Ending, Diagnostic[]>,
  prompts: Prompts | null,
): Promise<ExitCode> {
  if (!ended.ok) {
    const faulty = ended.error.some(({ code }) => code.startsWith('answer-'));
    return output.failure(faulty ? EXIT.usage : EXIT.failed, ended.error);
  }
  const base: InterviewReport = {
    ending: ended.value,
    folder: settings.shown,
    environment: settings.environment,
    asked: interview.asked.size,
    files: [],
    check: null,
    open: openPoints(interview.known, interview.answers),
    tickets: [],
    next: [goOn(settings)],
  };
  if (ended.value !== 'complete') {
    output.document(base, interviewText);
    return ended.value === 'left' ? EXIT.failed : EXIT.blocked;
  }
  const made = await make(cli, settings, interview, prompts);
  if (!made.ok) return output.failure(EXIT.failed, made.error);
  forgetKept(settings.folder);
  output.document({ ...base, ...made.value }, interviewText);
  return made.value.check?.ready ? EXIT.done : EXIT.blocked;
}

const goOn = ({ shown }: InterviewSettings): string => `dovetail init${shown === '.' ? '' : ` ${shown}`}`;

type Made = Pick<InterviewReport, 'files' | 'check' | 'tickets' | 'next'>;

/** Writes the files, and checks the integration where both systems can be asked. */
async function make(
  cli: Cli,
  settings: InterviewSettings,
  interview: Interview,
  prompts: Prompts | null,
): Promise<Result<Made, Diagnostic[]>> {
  const loaded = await interview.load(interview.text());
  if (!loaded.ok) return loaded;
  const written = writeIntegration(settings, interview.text());
  if (!written.ok) return fail([written.error]);
  const files = [...connectorFiles(interview), ...written.value];
  const at = settings.shown === '.' ? '' : ` --integration ${join(settings.shown, INTEGRATION)}`;
  const lacking = PLACES.filter((place) => !interview.isReadable(place));
  const next = (view: Made['check']): string[] => [
    ...lacking.map((place) => `dovetail connect ${interview.known.systems[place]?.name}${at}`),
    ...(view?.ready ? [] : [`dovetail check${at}`]),
    `dovetail plan${at}`,
    `dovetail sync${at}`,
  ];
  const sides = lacking.map((place) => SIDE_OF[place]);
  if (lacking.length > 0) {
    const tickets = writeTickets(settings, loaded.value, null, sides);
    return tickets.ok ? ok({ files, check: null, tickets: tickets.value, next: next(null) }) : fail([tickets.error]);
  }
  prompts?.tell('Checking: every question of the check list, on both systems …');
  const checked = await checkNew(cli, settings, `dovetail plan${at}`);
  if (!checked.ok) return checked;
  const { view, file } = checked.value;
  const tickets = writeTickets(settings, loaded.value, view, sides);
  if (!tickets.ok) return fail([tickets.error]);
  return ok({ files: [...files, file], check: view, tickets: tickets.value, next: next(view) });
}

const connectorFiles = ({ known }: Interview): string[] =>
  PLACES.flatMap((place) => {
    const system = known.systems[place];
    return system?.imported ? [`${system.name}.yaml`, `${system.name}.imported.json`] : [];
  });
