import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { didYouMean } from '../connector/closest-word.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { compareScenario } from '../testing/scenario/compare.ts';
import { loadScenario } from '../testing/scenario/load.ts';
import type { Played } from '../testing/scenario/play.ts';
import type { RecordName } from '../testing/scenario/record-live.ts';
import type { Scenario } from '../testing/scenario/scenario.ts';
import { updateScenario } from '../testing/scenario/update.ts';
import { knownSystem } from './mappings.ts';
import { PlanCollector } from './plan-report.ts';
import type { Terminal } from './terminal.ts';
import type { ScenarioReport } from './test-report.ts';
import { mappingTexts } from './views/plan.ts';
import { styleOf } from './views/style.ts';

/** Plays one scenario; null: not here, for the reason that it names. */
export type Player = (scenario: Scenario) => Promise<Result<Played, Diagnostic[]> | null>;

/** The folder of the scenarios of an integration. */
export const scenarioFolder = ({ file }: LoadedIntegration): string => join(dirname(file), 'tests');

/** Absolute paths: those named, or all of the folder beside the integration file, in the order of their names. */
export function scenarioFiles(
  terminal: Terminal,
  integration: LoadedIntegration,
  named: readonly string[],
): Result<string[]> {
  if (named.length > 0) return ok(named.map((one) => resolve(terminal.folder, one)));
  const folder = scenarioFolder(integration);
  const found = readFolder(folder);
  if (found.length > 0) return ok(found);
  return fail(
    problem('no-scenarios', 'There is no scenario yet', {
      detail: `${relative(terminal.folder, folder) || folder} holds no .yaml file.`,
      next: 'Write one: docs/scenarios.md shows how.',
    }),
  );
}

function readFolder(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Where a new scenario of that name is to stand. Fails where it is no name of a file, or there is one already. */
export function newScenario(integration: LoadedIntegration, name: string): Result<string> {
  if (!/^[\w-]{1,80}$/.test(name)) {
    const detail = 'It may have letters, digits, _ and -: a file gets it.';
    return fail(problem('name-invalid', 'The name of the scenario can not be used', { detail }));
  }
  const file = join(scenarioFolder(integration), `${name}.yaml`);
  if (!existsSync(file)) return ok(file);
  return fail(problem('file-exists', 'There is a scenario of that name', { where: { file }, next: 'Give it another' }));
}

export function writeScenario(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Records as the command line names them: `crm.companies:co_1`. */
export function recordNames(integration: LoadedIntegration, texts: readonly string[]): Result<RecordName[]> {
  const names: RecordName[] = [];
  for (const text of texts) {
    const found = /^([^.]+)\.([^:]+):(.+)$/.exec(text);
    const [, system = '', object = '', id = ''] = found ?? [];
    if (!found)
      return fail(problem('record-invalid', 'Records are named SYSTEM.OBJECT:ID, such as crm.companies:co_1'));
    const side = knownSystem(integration, system);
    if (!side.ok) return side;
    const { objects } = integration[side.value].connector;
    if (!Object.hasOwn(objects, object)) {
      const next = didYouMean(object, Object.keys(objects));
      return fail(problem('object-unknown', `${system} has no object "${object}"`, next === undefined ? {} : { next }));
    }
    names.push({ side: side.value, object, id });
  }
  return ok(names);
}

/** Plays the scenario of a file and compares; with `update`, writes what came into the file. */
export async function testFile(
  terminal: Terminal,
  integration: LoadedIntegration,
  path: string,
  play: Player,
  update: boolean,
): Promise<ScenarioReport> {
  const file = relative(terminal.folder, path);
  const empty = { file, name: null, mismatches: [], diagnostics: [] };
  const named = (diagnostics: readonly Diagnostic[]) => diagnostics.map((one) => asNamed(one, path, file));
  const text = textOf(path);
  if (!text.ok) return { ...empty, outcome: 'invalid', diagnostics: named([text.error]) };
  const scenario = loadScenario(text.value, path, integration);
  if (!scenario.ok) return { ...empty, outcome: 'invalid', diagnostics: named(scenario.error) };
  const { name } = scenario.value;
  const played = await play(scenario.value);
  if (!played) return { ...empty, name, outcome: 'skipped', diagnostics: [notLive(scenario.value)] };
  if (!played.ok) return { ...empty, name, outcome: 'invalid', diagnostics: named(played.error) };
  const plan = planOf(integration, played.value);
  const mismatches = compareScenario(integration, scenario.value, played.value, plan);
  const unsaid = scenario.value.expected === null;
  const failed = mismatches.some(({ kind }) => kind === 'run');
  if (update && !failed && (unsaid || mismatches.length > 0)) {
    writeFileSync(path, updateScenario(text.value, integration, scenario.value, played.value, plan));
    return { ...empty, name, mismatches, outcome: 'updated' };
  }
  if (unsaid) return { ...empty, name, mismatches, outcome: 'invalid', diagnostics: [unsaidProblem(file)] };
  return { ...empty, name, mismatches, outcome: mismatches.length > 0 ? 'failed' : 'passed' };
}

/** The file as a person in the current folder names it. */
const asNamed = (diagnostic: Diagnostic, path: string, file: string): Diagnostic =>
  diagnostic.where?.file === path ? { ...diagnostic, where: { ...diagnostic.where, file } } : diagnostic;

function textOf(path: string): Result<string> {
  try {
    return ok(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return fail(
      problem('file-unreadable', 'The scenario can not be read', {
        where: { file: path },
        next: 'Check its name; `dovetail test` alone plays all of the folder tests',
      }),
    );
  }
}

const unsaidProblem = (file: string) =>
  problem('expects-nothing', 'The scenario does not say what must come of it', {
    where: { file },
    next: '`dovetail test --update` writes what came. Read it before you keep it.',
  });

const notLive = ({ notLive: why }: Scenario): Diagnostic => ({
  severity: 'info',
  code: 'not-live',
  summary: why ?? 'It is played in memory only',
});

/** The plan as `dovetail plan` shows it, without colours. */
function planOf(integration: LoadedIntegration, { plan }: Played): string {
  const collector = new PlanCollector(integration, null, Number.POSITIVE_INFINITY);
  for (const event of plan) collector.take(event);
  const systems = { a: integration.a.name, b: integration.b.name };
  return mappingTexts(collector.mappings, systems, styleOf(false, 120)).join('\n');
}
