import { resolve } from 'node:path';
import { neededVariables } from '../../integration/load-systems.ts';
import type { LoadedSystem } from '../../integration/loaded.ts';
import { suggestObjects } from '../../mapping/suggest/suggest-objects.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Store } from '../../store/port.ts';
import { keepVariables, loadVariables } from '../../store/tokens.ts';
import { asksInBrowser, authorize, checkByRead } from '../connect-system.ts';
import { questionFor } from '../connect-variables.ts';
import { openConnection } from '../open.ts';
import { type Answers, textOf } from './answers.ts';
import type { Known, KnownSystem, Place } from './known.ts';
import { type Recognised, recognise, recogniseBy } from './recognise.ts';
import { lookAtObjects, type Seen, unseen } from './sampled.ts';
import { systemNames } from './system-names.ts';

/** What an interview works with. */
export interface Surroundings {
  /** Where the integration is to stand. */
  folder: string;
  environment: string;
  platform: Platform;
  store: Store;
  signal: AbortSignal;
  /** Something that was found out, for people. */
  tell(message: string): void;
  /** Shows an address for the browser; null where nobody sits there. */
  showAddress: ((url: string, redirectUri: string) => void) | null;
}

/** An answer that does not hold: it is taken back, and asked for once more. */
export interface Mistaken {
  ids: string[];
  diagnostic: Diagnostic;
}

const PORT = 8765;
const PATIENCE_MS = 300_000;

/** From this likeness on, a pair of objects is picked beforehand. */
const SURE = 0.7;

/** Which connectors talk to the systems at the given addresses. */
export async function findConnector(
  place: Place,
  answers: Answers,
  { folder, signal }: Surroundings,
): Promise<Result<Recognised, Mistaken>> {
  const address = textOf(answers.get(`${place}.address`)) ?? '';
  const word = textOf(answers.get(`${place}.connector`));
  const where = { folder, signal };
  const found = word === undefined ? await recognise(address, where) : await recogniseBy(word, address, where);
  if (found.ok) return found;
  return fail({ ids: [word === undefined ? `${place}.address` : `${place}.connector`], diagnostic: found.error });
}

/** Both systems under the names that they have in the integration file. */
export function nameSystems(
  first: Recognised,
  second: Recognised,
  { folder }: Pick<Surroundings, 'folder'>,
): Record<Place, KnownSystem> {
  const names = systemNames(first.definition.connector, second.definition.connector);
  const of = (found: Recognised, name: string): KnownSystem => {
    const { definition, baseUrl } = found;
    const preset: Record<string, string> = baseUrl === null ? {} : presetOf(found, baseUrl);
    const needed = [...neededVariables(definition)].filter((variable) => !Object.hasOwn(preset, variable));
    const file = found.kind === 'description' ? resolve(folder, `${name}.yaml`) : found.file;
    return {
      name,
      title: definition.title,
      connector:
        found.kind === 'catalogue' ? definition.connector : found.kind === 'file' ? found.reference : `./${name}.yaml`,
      definition,
      connectorFile: file,
      variables: preset,
      credentials: needed
        .map((variable) => questionFor(definition, variable))
        .filter(({ fallback }) => fallback === null),
      found: foundText(found),
      imported: found.kind === 'description',
    };
  };
  return { first: of(first, names[0]), second: of(second, names[1]) };
}

/** The typed address, with the path that the description says where the address has none. */
function presetOf({ kind, definition }: Recognised, baseUrl: string): Record<string, string> {
  if (!neededVariables(definition).has('base_url')) return {};
  const stated = definition.variables.base_url?.default;
  if (kind !== 'description' || stated === undefined || !URL.canParse(stated)) return { base_url: baseUrl };
  const [typed, other] = [new URL(baseUrl), new URL(stated)];
  return { base_url: typed.pathname === '/' ? `${typed.origin}${other.pathname}`.replace(/\/+$/, '') : baseUrl };
}

function foundText(found: Recognised): string {
  const { title } = found.definition;
  const objects = Object.keys(found.definition.objects).length;
  if (found.kind === 'catalogue') return `${title}: its connector is in the catalogue (${found.found}).`;
  if (found.kind === 'file') return `${title}: by the connector ${found.reference}.`;
  return `${title}: its OpenAPI document ${found.source} describes ${objects} objects. A connector is made of it.`;
}

/** The system as a connection needs it. */
export function loadedSystem(system: KnownSystem, answers: Answers, place: Place): LoadedSystem {
  const variables: Record<string, string> = { ...system.variables };
  for (const { name, fallback } of system.credentials) {
    const given = textOf(answers.get(`${place}.credentials.${name}`)) ?? fallback;
    if (given !== null) variables[name] = given;
  }
  for (const [name, { default: fallback }] of Object.entries(system.definition.variables)) {
    if (fallback !== undefined) variables[name] ??= fallback;
  }
  const { name, title, definition, connectorFile } = system;
  return { name, title, contact: null, connector: definition, connectorFile, variables, elsewhere: [], proxy: null };
}

/** Keeps the credentials as `dovetail connect` does, and tries them with one harmless read. */
export async function tryCredentials(
  place: Place,
  system: KnownSystem,
  answers: Answers,
  around: Surroundings,
): Promise<Result<void, Mistaken>> {
  const loaded = loadedSystem(system, answers, place);
  const { store, platform, signal, showAddress, tell } = around;
  const ids = system.credentials.map(({ name }) => `${place}.credentials.${name}`);
  const kept = await loadVariables(store, system.name);
  const given = Object.fromEntries(
    system.credentials.flatMap(({ name }) => {
      const value = loaded.variables[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  await keepVariables(store, system.name, { ...kept, ...given });
  const of = (error: Diagnostic): Diagnostic => ({ ...error, summary: `${system.title}: ${error.summary}` });
  const parts = { system: loaded, platform, store, signal };
  if (asksInBrowser(loaded) && showAddress) {
    const allowed = await authorize(parts, {
      port: PORT,
      host: '127.0.0.1',
      patience: PATIENCE_MS,
      show: showAddress,
    });
    if (!allowed.ok) return fail({ ids, diagnostic: of(allowed.error) });
  }
  const checked = await checkByRead(parts, []);
  if (!checked.ok) return fail({ ids, diagnostic: of(checked.error) });
  const read = checked.value === null ? '' : `: ${checked.value.object} can be read`;
  tell(`${system.title} takes the credentials${read}.`);
  return ok(undefined);
}

/** What both systems hold, by some of their records where they can be read. */
export async function lookInto(
  systems: Record<Place, KnownSystem>,
  answers: Answers,
  around: Surroundings,
  { readable }: { readable: boolean },
): Promise<Seen> {
  const definitions = { a: systems.first.definition.objects, b: systems.second.definition.objects };
  const plain = unseen(definitions);
  if (!readable) return plain;
  const open = (place: Place) =>
    openConnection(loadedSystem(systems[place], answers, place), around.platform, around.store, false);
  const [a, b] = [open('first'), open('second')];
  try {
    if (!a.ok || !b.ok) return plain;
    const pairs = pairsOf(plain);
    const named = { a: pairs.map((pair) => pair.a), b: pairs.map((pair) => pair.b) };
    const { seen, failures } = await lookAtObjects({ a: a.value, b: b.value }, around.platform, named, around.signal);
    for (const { summary } of failures) around.tell(`Not read: ${summary}`);
    return seen;
  } finally {
    if (a.ok) await a.value.close();
    if (b.ok) await b.value.close();
  }
}

function pairsOf(seen: Seen) {
  const profiles = (side: Side) => [...seen[side].values()].map(({ profile }) => profile);
  return suggestObjects(profiles('a'), profiles('b'));
}

/** Objects of both systems that are probably the same. */
export const knownPairs = (seen: Seen): NonNullable<Known['pairs']> =>
  pairsOf(seen).map(({ a, b, grounds, confidence }) => ({ a, b, grounds, sure: confidence >= SURE }));

/** Credentials of these systems that an earlier call has kept, by the ids of their questions. */
export async function keptCredentials(
  systems: Record<Place, KnownSystem>,
  places: readonly Place[],
  store: Store,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const place of places) {
    const kept = await loadVariables(store, systems[place].name);
    for (const { name } of systems[place].credentials) {
      const value = kept[name];
      if (value !== undefined) found.set(`${place}.credentials.${name}`, value);
    }
  }
  return found;
}
