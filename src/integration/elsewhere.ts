import type { ConnectorDefinition } from '../connector/definition.ts';
import { fillIn } from './fill-in.ts';
import type { IntegrationFile } from './schema.ts';

/** Another environment of a system, as far as it is at hand. */
export interface Elsewhere {
  environment: string;
  /** Those that have a value; may hold secrets. */
  variables: Record<string, string>;
  /** It can be reached: all that the connector needs is there, and no proxy stands in between. */
  complete: boolean;
}

/** The environments that were not chosen. What is missing there stands in nobody's way here, and is not reported. */
export function loadElsewhere(
  system: IntegrationFile['systems'][string],
  connector: ConnectorDefinition,
  settings: { environment: string; variables: Readonly<Record<string, string | undefined>> },
  { used, needed }: Record<'used' | 'needed', ReadonlySet<string>>,
): Elsewhere[] {
  return Object.entries(system.environments).flatMap(([environment, given]) => {
    if (environment === settings.environment) return [];
    const variables: Record<string, string> = {};
    for (const name of used) {
      const text = Object.hasOwn(given, name) ? given[name] : undefined;
      const filled = text === undefined ? null : fillIn(text, settings.variables);
      const value = filled?.unset.length === 0 ? filled.text : filled ? undefined : connector.variables[name]?.default;
      if (value !== undefined) variables[name] = value;
    }
    const isThere = (name: string) => variables[name] !== undefined;
    const direct = !Object.hasOwn(system.connections, environment);
    return [{ environment, variables, complete: direct && [...needed].every(isThere) }];
  });
}
