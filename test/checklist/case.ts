import type { Crm } from '../../sandbox/crm/crm.ts';
import type { Erp } from '../../sandbox/erp/erp.ts';
import type { Status } from '../../src/checklist/question.ts';
import type { CheckReport } from '../../src/checklist/run-check.ts';
import type { ConnectorDefinition, ObjectDefinition } from '../../src/connector/definition.ts';
import type { LoadedIntegration, LoadedMapping } from '../../src/integration/loaded.ts';
import type { CheckCase, CheckWorldOptions } from '../check-world.ts';

/**
 * A row of the truth table: what a question is told and asked, and what must come of it.
 *
 * - `yes`: it is declared, and so it is;
 * - `no`: the file says no, says nothing, or the question does not arise;
 * - `lying`: it is declared, and it is not so.
 */
export interface Case {
  question: string;
  /** The probe that the case is about; needed where the question has several and the case is a lie. */
  probe?: string;
  /** The system whose answer it is; null: that of both together. */
  system: 'crm' | 'erp' | null;
  variant: 'yes' | 'no' | 'lying';
  /** What is so, in words that complete "<question>: …". */
  what: string;
  /** What the file and the connectors say otherwise than the example. */
  change?(integration: LoadedIntegration): void;
  /** What happened in the systems before. */
  world?(systems: { crm: Crm; erp: Erp }): void;
  /** What the systems are like. */
  sandbox?: CheckWorldOptions;
  variables?: CheckCase['variables'];
  http?: CheckCase['http'];
  options?: CheckCase['options'];
  /** Lets the probes that write do so. */
  write?: boolean;
  /** A check of another pair of systems, in place of the sandbox pair. */
  check?(): Promise<CheckReport>;
  expect: Status;
  /** What the probe says that it found; without a probe, the answer, or any of the question. */
  found?: string | RegExp;
}

/** Whether a case has a world of its own, because it changes what is in the systems. */
export const needsOwnWorld = ({ world, sandbox, write }: Case): boolean =>
  world !== undefined || sandbox !== undefined || write === true;

type System = 'crm' | 'erp';
export type Change = (integration: LoadedIntegration) => void;

export const connectorOf = (integration: LoadedIntegration, system: System): ConnectorDefinition =>
  (system === 'crm' ? integration.a : integration.b).connector;

export function objectOf(integration: LoadedIntegration, system: System, name: string): ObjectDefinition {
  const object = connectorOf(integration, system).objects[name];
  if (!object) throw new Error(`no object ${name}`);
  return object;
}

export function mappingOf(integration: LoadedIntegration, name: string): LoadedMapping {
  const mapping = integration.mappings.find((one) => one.name === name);
  if (!mapping) throw new Error(`no mapping ${name}`);
  return mapping;
}

/** Declares a list otherwise. */
export const list =
  (system: System, object: string, more: object): Change =>
  (integration) => {
    Object.assign(objectOf(integration, system, object).list ?? {}, more);
  };

/** Declares a field otherwise. */
export const field =
  (system: System, object: string, name: string, more: object): Change =>
  (integration) => {
    const declared = objectOf(integration, system, object).fields[name];
    if (!declared) throw new Error(`no field ${object}.${name}`);
    Object.assign(declared, more);
  };

/** Declares the filter by time of change otherwise. */
export const since =
  (system: System, object: string, more: object): Change =>
  (integration) => {
    const declared = objectOf(integration, system, object).list?.since;
    if (!declared) throw new Error(`no filter by time of ${object}`);
    Object.assign(declared, more);
  };

/** Only this mapping, so that a case is about nothing else. */
export const only =
  (mapping: string): Change =>
  (integration) => {
    integration.mappings = integration.mappings.filter(({ name }) => name === mapping);
  };

export const all =
  (...changes: Change[]): Change =>
  (integration) => {
    for (const change of changes) change(integration);
  };

/** The answer of the integration file to a question. */
export const answered =
  (question: string, answer: unknown): Change =>
  (integration) => {
    integration.answers[question] = answer;
  };

/** Match rules of a single pair of fields each. */
export const matchBy =
  (mapping: string, ...pairs: [a: string, b: string][]): Change =>
  (integration) => {
    const by = { a: null, b: null };
    mappingOf(integration, mapping).match = pairs.map(([a, b]) => [{ a, b, reference: null, by }]);
  };

/** Both systems without a record. */
export const EMPTY_SYSTEMS: CheckWorldOptions = {
  crm: { sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 0 } },
  erp: { sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
};

/** The file says, by a text that begins with n/a, that a question does not arise. */
export const doesNotArise = (question: string, why: string): Case => ({
  question,
  system: null,
  variant: 'no',
  what: 'the file says that it does not arise',
  change: answered(question, why),
  expect: 'not-applicable',
});
