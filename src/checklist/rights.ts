import type { Right } from '../connector/definition-rights.ts';
import { type Grant, optionsOf } from '../connector/rights.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import { listed, mappedObjects } from './answers.ts';
import { type Operation, operations } from './operations.ts';

/** What the mappings need, by object. */
export type Needs = ReadonlyMap<string, ReadonlySet<Right>>;

const RIGHT_OF: Record<Operation, Right> = {
  list: 'read',
  get: 'read',
  create: 'create',
  update: 'update',
  delete: 'delete',
  archive: 'delete',
};

/** A part or line is written by an update of its whole, and made and removed by that as well. */
export function needsOf(integration: LoadedIntegration, side: Side): Needs {
  const needs = new Map<string, Set<Right>>();
  const need = (object: string, right: Right) => {
    const known = needs.get(object) ?? new Set<Right>();
    needs.set(object, known.add(right));
  };
  const { objects, protocol } = integration[side].connector;
  for (const object of mappedObjects(integration, side)) {
    const { part_of: part, lines_of: lines, parent } = object.definition;
    const whole = part?.object ?? lines?.object;
    for (const operation of operations(side, object)) {
      const right = RIGHT_OF[operation];
      if (whole === undefined) need(object.name, right);
      else need(whole, right === 'read' ? 'read' : 'update');
      if (part && right === 'create') need(part.object, 'create');
    }
    if (parent) need(parent.object, 'read');
    if (protocol !== 'sql') continue;
    for (const { options_from: list } of Object.values(object.definition.fields))
      if (list) need(optionsOf(list), 'read');
  }
  for (const { lookups } of integration.mappings) {
    for (const lookup of lookups) if (lookup.side === side && objects[lookup.object]) need(lookup.object, 'read');
  }
  return needs;
}

/** What of the given is beyond the needed, what is missing, and what the connector does not explain. */
export interface RightsFound {
  beyond: Grant[];
  unexplained: Grant[];
  /** `create on companies` */
  missing: string[];
  /** Rights that come along with needed ones: `delete on companies by companies.write`. */
  along: string[];
}

/** A grant is beyond the needed where nothing that it allows is needed; what comes along with what is needed is only told. */
export function compareRights(grants: readonly Grant[], needs: Needs): RightsFound {
  const found: RightsFound = { beyond: [], unexplained: [], missing: [], along: [] };
  const covered = new Map<string, Set<Right>>();
  let everything = false;
  for (const grant of grants) {
    if (grant.allows === 'unknown') {
      found.unexplained.push(grant);
      continue;
    }
    if (grant.allows === 'everything') {
      found.beyond.push(grant);
      everything = true;
      continue;
    }
    let needed = false;
    const along: string[] = [];
    for (const [object, may] of Object.entries(grant.allows)) {
      const known = covered.get(object) ?? new Set<Right>();
      covered.set(object, known);
      for (const right of may) {
        known.add(right);
        if (needs.get(object)?.has(right)) needed = true;
        else along.push(`${right} on ${object} by ${grant.name}`);
      }
    }
    if (needed) found.along.push(...along);
    else found.beyond.push(grant);
  }
  if (everything) return found;
  for (const [object, rights] of needs) {
    for (const right of rights) if (!covered.get(object)?.has(right)) found.missing.push(`${right} on ${object}`);
  }
  return found;
}

/** One for each thing that is beyond the needed, and what is missing. */
export function rightsFindings(system: string, { beyond, unexplained, missing, along }: RightsFound): Diagnostic[] {
  return [
    ...beyond.map(
      (grant): Diagnostic => ({
        severity: 'warning',
        code: 'right-beyond',
        summary: `${system}: "${grant.name}" is beyond what the mappings need`,
        detail: allowsText(grant),
        next: 'Take it away from the credentials of this connection',
      }),
    ),
    ...missing.map(
      (right): Diagnostic => ({
        severity: 'warning',
        code: 'right-missing',
        summary: `${system}: the credentials lack ${right}`,
        next: 'Grant it, or the first record that needs it is refused',
      }),
    ),
    ...unexplained.map(
      (grant): Diagnostic => ({
        severity: 'info',
        code: 'right-unexplained',
        summary: `${system}: the connector does not say what "${grant.name}" allows`,
        next: 'Say it under rights.allow of the connector',
      }),
    ),
    ...along.map(
      (right): Diagnostic => ({
        severity: 'info',
        code: 'right-along',
        summary: `${system}: ${right} is not needed, and comes along with what is`,
      }),
    ),
  ];
}

function allowsText({ allows }: Grant): string {
  if (allows === 'everything') return 'It allows everything.';
  const parts = Object.entries(allows).map(([object, may]) => `${listed([...may])} on ${object}`);
  return parts.length === 0 ? 'No object needs it.' : `It allows ${listed(parts)}.`;
}
