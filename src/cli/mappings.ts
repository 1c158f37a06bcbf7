import { didYouMean } from '../connector/closest-word.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { RuntimeOptions } from './open.ts';

/** The mappings that were named, or null for all. Fails with `mapping-unknown`. */
export function chosenMappings(integration: LoadedIntegration, names: string[] | undefined): Result<string[] | null> {
  if (names === undefined || names.length === 0) return ok(null);
  for (const name of names) {
    const found = knownMapping(integration, name);
    if (!found.ok) return found;
  }
  return ok([...new Set(names)]);
}

export function knownMapping(integration: LoadedIntegration, name: string): Result<string> {
  const known = integration.mappings.map((mapping) => mapping.name);
  if (known.includes(name)) return ok(name);
  const next = didYouMean(name, known);
  return fail(
    problem(
      'mapping-unknown',
      `There is no mapping "${name}" in ${integration.name}`,
      next === undefined ? {} : { next },
    ),
  );
}

/** The side of a system by its name in the file. Fails with `system-unknown`. */
export function knownSystem(integration: LoadedIntegration, name: string): Result<Side> {
  const side = (['a', 'b'] as const).find((one) => integration[one].name === name);
  if (side) return ok(side);
  const next = didYouMean(name, [integration.a.name, integration.b.name]);
  return fail(
    problem(
      'system-unknown',
      `There is no system "${name}" in ${integration.name}`,
      next === undefined ? {} : { next },
    ),
  );
}

/** A command that a person can run as it stands, about the same integration as this one. */
export function commandLine(
  command: string,
  { integration, env, state }: RuntimeOptions,
  more: Record<string, string | readonly string[]> = {},
): string {
  const options = Object.entries({ integration, env, state, ...more }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${[value].flat().map(shellWord).join(' ')}`],
  );
  return [command, ...options].join(' ');
}

const shellWord = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
