import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadConnector } from '../../connector/load.ts';
import { readYaml } from '../../connector/yaml-document.ts';
import { connectorOf } from '../../importers/openapi/import-openapi.ts';
import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import { storedTokens } from '../../store/tokens.ts';
import { writeConnector } from '../connector-files.ts';
import type { Answers } from './answers.ts';
import { loadedSystem, type Surroundings } from './find-out.ts';
import type { KnownSystem, Place } from './known.ts';
import type { Recognised } from './recognise.ts';

/** How long learning waits for one thing, ms, and how many pages of a list it walks: an interview is no place to wait. */
const LEARNING = { patienceMs: 5000, mostPages: 8 };

/**
 * Writes the connector of a described system, of the chosen objects, and learns from the live system what its description
 * does not say: reads only. Gives the system with the connector as it is then.
 */
export async function makeConnector(
  found: Extract<Recognised, { kind: 'description' }>,
  system: KnownSystem,
  objects: readonly string[],
  { place, answers, readable }: { place: Place; answers: Answers; readable: boolean },
  around: Surroundings,
): Promise<Result<KnownSystem, Diagnostic[]>> {
  const made = connectorOf(found.read, objects, found.source);
  if (!made.ok) return fail([made.error]);
  mkdirSync(dirname(system.connectorFile), { recursive: true });
  const written = writeConnector(system.connectorFile, system.connector, made.value);
  if (!written.ok) return written;
  if (!readable) return reloaded(system);
  around.tell(`Asking ${system.title} for what its description does not say …`);
  const learnt = await learnInto(system, objects, answers, place, around);
  return learnt.ok ? reloaded(system) : learnt;
}

function reloaded(system: KnownSystem): Result<KnownSystem, Diagnostic[]> {
  const loaded = loadConnector(readFileSync(system.connectorFile, 'utf8'), system.connectorFile);
  return loaded.ok ? ok({ ...system, definition: loaded.value }) : loaded;
}

async function learnInto(
  system: KnownSystem,
  objects: readonly string[],
  answers: Answers,
  place: Place,
  { platform, store, signal, tell }: Surroundings,
): Promise<Result<void, Diagnostic[]>> {
  const text = readFileSync(system.connectorFile, 'utf8');
  const read = readYaml(text, system.connectorFile);
  const loaded = loadConnector(text, system.connectorFile);
  if (!read.ok) return read;
  if (!loaded.ok) return loaded;
  const { data } = read.value;
  const { learn } = await import('../../importers/learn/learn.ts');
  const { editConnector } = await import('../../importers/learn/edit.ts');
  const learnt = await learn({
    definition: loaded.value,
    data: typeof data === 'object' && data !== null ? { ...data } : {},
    variables: loadedSystem({ ...system, definition: loaded.value }, answers, place).variables,
    platform,
    tokens: storedTokens(store, system.name, platform.clock, platform.random),
    objects: objects.filter((name) => Object.hasOwn(loaded.value.objects, name)),
    options: { write: false, burst: 0, signal, ...LEARNING },
  });
  if (!learnt.ok) return fail([learnt.error]);
  const { findings, on, counts, calls } = learnt.value.report;
  const probed = [...new Set(findings.flatMap(({ object }) => object ?? []))];
  const edited = editConnector(text, findings, on, probed);
  const sound = loadConnector(edited, system.connectorFile);
  if (!sound.ok) return fail(sound.error);
  writeFileSync(system.connectorFile, edited);
  tell(
    `${system.title}: ${counts.learnt + counts.contradicted} facts learnt by ${calls} requests that change nothing.`,
  );
  return ok(undefined);
}
