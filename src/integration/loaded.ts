import type { ConnectorDefinition } from '../connector/definition.ts';
import type { MailServer } from '../platform/mail.ts';
import type { ProxySettings } from '../platform/proxy.ts';
import type { Diagnostic, Place } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import type { DataRule } from './data-rule.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { Expression } from './expression.ts';
import type { NewFields, Propagation } from './schema.ts';

/** Which side's value stands when both changed the same field. */
export type ConflictPolicy = Side | 'newest' | 'hold';

/** An integration file, checked against its two connectors, for one environment. What the engine runs. */
export interface LoadedIntegration {
  file: string;
  name: string;
  purpose: string;
  environment: string;
  a: LoadedSystem;
  b: LoadedSystem;
  /** Parents before the mappings that refer to them; within a cycle in the order of the file. */
  mappings: LoadedMapping[];
  schedule: { everyMs: number | null; sweepMs: number; fieldsMs: number };
  /** A run stops when more than `share` of the records, and at least `least` of them, failed. */
  failures: { share: number; least: number };
  /** Addresses from which the runs reach the systems; empty where nobody said. */
  egress: string[];
  /** A service that answers with the address that it is called from; null where none is named. */
  echo: string | null;
  /** The address by which the systems reach this machine, and its port there; null where none is named. */
  receiver: { url: string; port: number } | null;
  /** Who gets the error messages: mail addresses, or addresses of web services (`https://…`), which may hold a secret. */
  errorsTo: string[];
  /** The server that takes them; null where none is named. May hold a secret. */
  mail: MailServer | null;
  /** Answers to questions of the check list that configure nothing, by the id of the question. */
  answers: Record<string, unknown>;
  /** Warnings and infos: what may be meant but looks odd. */
  remarks: Diagnostic[];
}

export interface LoadedSystem {
  /** The name of the system in the file: `crm`. */
  name: string;
  title: string;
  contact: { name: string; email: string | null } | null;
  connector: ConnectorDefinition;
  /** The file that the connector comes from. */
  connectorFile: string;
  /** Of the chosen environment, with `${NAME}` filled in: may hold secrets. */
  variables: Record<string, string>;
  /** The other environments, in the order of the file. */
  elsewhere: Elsewhere[];
  /** Through which it is reached, of the chosen environment; null: directly. May hold secrets. */
  proxy: ProxySettings | null;
}

export interface LoadedMapping {
  name: string;
  /** The object of each system. */
  objects: Record<Side, string>;
  /** Rules in order, the first that finds decides; each a list of field pairs that must all be equal. */
  match: MatchPart[][];
  fields: LoadedField[];
  /** What records must be like to be written. */
  dataRules: DataRule[];
  /** What happens when users of that system add a field; null where the file does not say, which proposes a row. */
  newFields: Record<Side, NewFields | null>;
  /** Names of fields that nobody wants to map. */
  ignored: Record<Side, readonly string[]>;
  conflict: ConflictPolicy;
  /** By the side where the event happens: what it does on the other side. */
  propagate: Record<Side, Propagation>;
  /** What its expressions look up in a system, besides the record. */
  lookups: LoadedLookup[];
  /** A record of the side enters the mapping when the expression over `record` is true; null lets every record in. */
  filter: Record<Side, Expression | null>;
  onLeave: 'keep' | 'archive' | 'delete' | 'unlink';
  /** Which side's value stands when two unlinked records are found to be the same; null: as in a conflict. */
  firstContact: { prefer: Side; emptyOverwrites: boolean } | null;
  /** Deletes above this share of an object's records, or this number, wait for approval. */
  deleteGuard: { share: number; records: number };
  /** Stamps closer than this are a tie for `newest`. */
  clockSkewMs: number;
  oscillation: { writes: number; withinMs: number };
  /** Names of the mappings it depends on, without itself. */
  references: string[];
  /** `LoadedField.name` of the fields whose reference closes a cycle: left out of the create, written afterwards. */
  cycleBreakers: string[];
  where: Place;
  /** Canonical text of all that influences results; when its digest changes, what was decided before may be stale. */
  rules: string;
}

/** A pair of fields that may refer to records of a mapping. */
export interface ReferencePart extends Record<Side, string> {
  /** The mapping through whose links the reference is translated; null where the values themselves count. */
  reference: string | null;
  /** By side: the field of the record referred to that stands in place of its id; null where the id does. */
  by: Record<Side, string | null>;
}

/** A pair of fields that must be equal under a match rule. */
export type MatchPart = ReferencePart;

/** A record of a system that is found by a value of the record that is mapped. */
export interface LoadedLookup {
  /** Expressions read it as `lookup.<name>`. */
  name: string;
  /** Where it is looked up. */
  side: Side;
  object: string;
  /** The field that it is found by; null: its id. */
  by: string | null;
  /** The side of the record that is mapped. */
  source: Side;
  /** Gives the value to look for, from `record`. */
  from: Expression;
  /** What becomes of a record for which nothing is found. */
  missing: 'empty' | 'park';
  where: Place;
}

/** One row of a mapping. At least one direction is open. */
export interface LoadedField {
  /** Unique in the mapping: the two field names, `vat_id ↔ vat_no`; of a row that computes one field, `→ kind` or `kind ←`. */
  name: string;
  /** '' where the row names only the other side's field, which it computes from this side's record. */
  a: string;
  b: string;
  aToB: boolean;
  bToA: boolean;
  /** Gives the value for that side from `value` (the other side's field) and `record` (the other side's record). */
  toA: Expression | null;
  toB: Expression | null;
  /** Where the connectors share no option keys; null: the keys are the same. */
  options: { aToB: ReadonlyMap<string, string>; bToA: ReadonlyMap<string, string> } | null;
  /** What to do with an option without a counterpart; `a` and `b` are the keys written with the policy `default`. */
  otherwise: { policy: 'park' | 'default' | 'create' | 'ignore'; a: string | null; b: string | null };
  /** The mapping through whose links the reference is translated. */
  reference: string | null;
  /** See `ReferencePart.by`. */
  by: Record<Side, string | null>;
  /** What a reference to a record without a link means: the record waits, goes without it until that is linked, or takes that along. */
  outside: 'hold' | 'empty' | 'sync';
  conflict: ConflictPolicy;
  /** One-way fields: what an edit of the target means. */
  targetEdits: 'leave' | 'restore';
  /** A record whose source is empty here is parked. */
  required: boolean;
  /** By the side that is written: the value where the source is empty; undefined where there is none. */
  default: Record<Side, Value | undefined>;
  /** Two-way fields: when a value that comes back is the one that went; null: when it is the same. */
  equivalent: Equivalence | null;
  /** What is lost on the way there and back is known and meant. */
  lossAccepted: boolean;
  /** By the side that is written: a text of all by which the value is made; '' where nothing flows. */
  ways: Record<Side, string>;
  where: Place;
}

/** Two values of a field are as good as one where they have the same form. */
export interface Equivalence {
  /** As written in the file: a name, or an expression over `value`. */
  source: string;
  /** Undefined where it can't be told. */
  form(value: Value): Value | undefined;
}
