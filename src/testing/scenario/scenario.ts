import type { OptionDefinition } from '../../connector/field.ts';
import type { Place } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';

/** A record as a scenario names it. */
export interface NamedRecord {
  side: Side;
  object: string;
  id: string;
  archived: boolean;
  /** Canonical. */
  fields: Fields;
  where: Place;
}

export interface PersonsEdit {
  kind: 'create' | 'update' | 'delete' | 'archive';
  side: Side;
  object: string;
  /** Of a create: null where the system gives the next one. */
  id: string | null;
  fields: Fields;
  where: Place;
}

export type ScenarioStep =
  | { kind: 'sync' }
  | { kind: 'approve' }
  | { kind: 'wait'; ms: number }
  | { kind: 'edit'; edit: PersonsEdit };

/** All records of an object after the last sync. */
export interface ExpectedObject {
  side: Side;
  object: string;
  records: NamedRecord[];
  where: Place;
}

export interface ParkedName {
  mapping: string;
  side: Side;
  id: string;
  reason: string;
}

/** A scenario, checked against the integration that it is about. */
export interface Scenario {
  file: string;
  name: string;
  why: string | null;
  /** Why it is played in memory only. */
  notLive: string | null;
  /** Epoch ms. */
  start: number;
  /** Of lists that a system would be asked for. */
  options: Record<Side, Record<string, OptionDefinition[]>>;
  given: NamedRecord[];
  linked: { mapping: string; ids: Record<Side, string>; where: Place }[];
  steps: ScenarioStep[];
  /** Null where the file expects nothing yet. */
  expected: {
    objects: ExpectedObject[];
    /** Null where the file has none yet. */
    plan: string | null;
    parked: (ParkedName & { where: Place })[];
    where: Place;
    planWhere: Place;
  } | null;
}
