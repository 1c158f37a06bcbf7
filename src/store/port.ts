import type { ObjectShape } from '../connector/shape.ts';
import type { Diagnostic, Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { EvidenceLog } from './evidence.ts';
import type { MarkLog } from './marked.ts';

export type { Side } from '../record/side.ts';

/** Names one mapping of one integration: `integration/mapping`. */
export type MappingKey = string;

/**
 * The identity map's entry and both merge bases. A base is the concatenation of 8-byte keyed digests of the mapped
 * fields, in the order of the layout; it holds that side's own form as last read at agreement.
 */
export interface Link {
  mapping: MappingKey;
  a: string;
  b: string;
  aVersion: string | null;
  bVersion: string | null;
  aBase: Uint8Array;
  bBase: Uint8Array;
  /** Which fields the bases cover, in order: an id given by `layout()`. */
  layout: number;
  /** `silent`: kept, but nothing is propagated (left the filter). `closed`: a tombstone. */
  state: 'active' | 'silent' | 'closed';
  /** Epoch ms of the last change of this entry by a run. */
  touched: number;
  /** Id of the run that made or last changed it. */
  run: string;
}

/** Written before a create is sent, removed with its outcome: what a crash in between must settle. */
export interface IntentItem {
  /** Id of the source record. */
  source: string;
  sourceVersion: string | null;
  idempotencyKey: string;
  /** Written into the target's link field, where it has one. */
  linkToken: string;
  /** Digests of the source's fields as they were read for it, base64: its merge base once the record is found. */
  seen: string;
  /** Keyed digest of the body sent, hex: sending it again under the same key needs the same body. */
  body: string;
  /** Of a record that is to stand within another one. */
  within?: {
    /** Id of that one. */
    whole: string;
    /** Keyed digests of what was sent, in the form in which the target holds it, base64; empty where that isn't known. */
    sent: string;
    /** Of the texts among it: keyed digests of what any system keeps of them (`roughDigest` in engine/places.ts), base64. */
    rough?: string;
  };
}

export interface Intent {
  id: string;
  mapping: MappingKey;
  /** The side that is created on. */
  side: Side;
  /** Epoch ms. */
  created: number;
  items: IntentItem[];
}

/** How far a side of a mapping was read. All epoch ms; null: never. */
export interface Cursor {
  mapping: MappingKey;
  side: Side;
  /** Newest modification stamp in the data, all up to which is accounted for. */
  mark: number | null;
  /** Last complete read of everything. */
  scanned: number | null;
  /** Last complete sweep. */
  swept: number | null;
  /** Number of records that the last complete read of everything or sweep saw. */
  seen: number | null;
  /** Digest of the mapping's rules at the last read: under other rules everything is read again. */
  rules: string;
}

export interface ParkedRecord {
  mapping: MappingKey;
  side: Side;
  id: string;
  /** Kebab-case reason code: `ambiguous-match`, `invalid`, `parent-missing`, `conflict`, `uncertain`, `held-delete`, ... */
  reason: string;
  diagnostic: Diagnostic;
  /** Hex digest of what was seen of the record: it retries when this changes. */
  seen: string;
  /** Digest of the mapping it was parked under: it retries when the mapping changes. */
  rules: string;
  first: number;
  last: number;
  attempts: number;
  /** Epoch ms; null: only a change, a person, or the record waited for wakes it. */
  next: number | null;
  /** Id of the other record that it was decided together with: decided anew should this one vanish. */
  partner: string | null;
  /** The record whose link it waits for: `integration/mapping`, side and id. */
  waitsFor: { mapping: MappingKey; side: Side; id: string } | null;
  /** Set when a person dismissed it; holds until the record changes. */
  dismissed: { reason: string; at: number } | null;
  /** The reason for which a person approved it (a delete above the guard, a held create): the next run does that. */
  approved: string | null;
}

/** A decision worth remembering: a conflict overruled, a delete propagated, an update. Ids, names and digests only. */
export interface HistoryEntry {
  mapping: MappingKey;
  a: string | null;
  b: string | null;
  run: string;
  at: number;
  kind: string;
  rule: string;
  fields: string[];
  /** Hex digests of the overruled and the winning value, by field, where a value was overruled. */
  digests: Record<string, { lost: string; won: string }> | null;
}

/** A record of a side that was read, findable by the digest of a match key, whether it is linked or not. */
export interface RecordKey {
  mapping: MappingKey;
  side: Side;
  id: string;
  /** Hex digests, one per match rule; null where the record has no value for the rule. */
  keys: (string | null)[];
}

export interface SideCounts {
  read: number;
  unchanged: number;
  applied: number;
  filtered: number;
  parked: number;
  held: number;
  failed: number;
}

/** What a run did to one mapping. `wrote` counts records written on a side. */
export interface MappingCounts {
  a: SideCounts;
  b: SideCounts;
  wrote: Record<Side, { create: number; update: number; delete: number; archive: number }>;
  linked: number;
  /** Records written although they break a rule, or repaired for it; only rules that were. */
  rules?: RuleCount[];
  /** Of whole reads: in how many records a field beside the mapping holds something; only fields that do. */
  unmapped?: Partial<Record<Side, Record<string, number>>>;
}

export interface RuleCount {
  /** The side that was written. */
  side: Side;
  rule: string;
  field: string | null;
  warned: number;
  repaired: number;
}

export interface Run {
  id: string;
  integration: string;
  environment: string;
  started: number;
  /** null while it runs, or when its process died. */
  finished: number | null;
  outcome: 'running' | 'done' | 'partial' | 'failed' | 'interrupted';
  counts: Record<string, MappingCounts>;
  calls: Record<Side, { reads: number; writes: number; auth: number; throttled: number }>;
  diagnostics: Diagnostic[];
}

/** How an object of a mapping is set up in its system: no values. */
export interface KnownShape {
  mapping: MappingKey;
  side: Side;
  /** Epoch ms; when `live` was read. */
  read: number;
  /** As a person, or the policy for new fields, has accepted it: what differs from it is drift. */
  accepted: ObjectShape;
  live: ObjectShape;
  /** Of the last whole read: in how many records the fields beside the mapping hold something; null before the first. */
  unmapped: Record<string, number> | null;
}

/** Proof of holding a lease; every commit of state checks it in the same transaction. */
export interface Fence {
  key: string;
  token: number;
}

/** Everything one step of a run makes durable, in one transaction. All parts are optional; order does not matter. */
export interface StateChange {
  /** Inserted, or replaced by (mapping, a, b). */
  links?: readonly Link[];
  /** Links to forget altogether: by mapping, a and b. */
  unlinked?: readonly { mapping: MappingKey; a: string; b: string }[];
  cursors?: readonly Cursor[];
  /**
   * Digests (hex) of the pages of a side that held no change, in place of those known. Every change of links or parked
   * records forgets the pages of its mapping, on both sides.
   */
  pages?: readonly { mapping: MappingKey; side: Side; digests: readonly string[] }[];
  intents?: readonly Intent[];
  /** Records that are synced from now on although a filter leaves them out, since something refers to them. */
  letIn?: readonly { mapping: MappingKey; side: Side; id: string }[];
  /** Ids of intents whose outcome is known. */
  settled?: readonly string[];
  /** Inserted or replaced by (mapping, side, id). */
  parked?: readonly ParkedRecord[];
  released?: readonly { mapping: MappingKey; side: Side; id: string }[];
  history?: readonly HistoryEntry[];
  keys?: readonly RecordKey[];
  /** Records that are gone: their match keys go with them. */
  keysGone?: readonly { mapping: MappingKey; side: Side; id: string }[];
  /** Inserted or replaced by (mapping, side). */
  shapes?: readonly KnownShape[];
  run?: Run;
}

export interface ParkedFilter {
  mapping?: MappingKey;
  side?: Side;
  ids?: readonly string[];
  /** Only those whose record of the other side is one of these. */
  partners?: readonly string[];
  /** Epoch ms: only those that are due then by their own `next`. */
  due?: number;
  reason?: string;
  /** Only those that wait for one of these records. */
  waitsFor?: { mapping: MappingKey; side: Side; ids: readonly string[] };
  includeDismissed?: boolean;
  limit?: number;
}

export interface Finding {
  ok: boolean;
  what: string;
  detail: string;
  next?: string;
}

/**
 * The truth of an installation. Every method is one round trip, batch-shaped. A failure is a `Result`, never an
 * exception; a commit whose fence is no longer the newest fails with the code `lease-lost` and changes nothing.
 */
export interface Store {
  /** What the check list has seen. */
  readonly evidence: EvidenceLog;
  /** What was made to try something, and is to be removed. */
  readonly marked: MarkLog;
  /** The id of a list of field names, given on first sight. */
  layout(fields: readonly string[]): Promise<number>;
  /** The field names of a layout. */
  layoutFields(layout: number): Promise<readonly string[]>;
  /** Links (of every state) of the given ids on a side, by id. */
  links(mapping: MappingKey, side: Side, ids: readonly string[]): Promise<Map<string, Link>>;
  /** Links in the order of their ids on side `side`, after an id; for sweeps and reports. */
  linksAfter(mapping: MappingKey, side: Side, after: string | null, limit: number): Promise<Link[]>;
  /** Ids on side `side` of the links that are not closed, in their order, after an id: a sweep looks at every one. */
  linkedIds(mapping: MappingKey, side: Side, after: string | null, limit: number): Promise<string[]>;
  countLinks(mapping: MappingKey): Promise<{ active: number; silent: number; closed: number }>;
  cursor(mapping: MappingKey, side: Side): Promise<Cursor | null>;
  /** See `StateChange.pages`. */
  pages(mapping: MappingKey, side: Side): Promise<string[]>;
  shape(mapping: MappingKey, side: Side): Promise<KnownShape | null>;
  intents(mapping: MappingKey): Promise<Intent[]>;
  /** Ids of the records that were let in: see `StateChange.letIn`. */
  letIn(mapping: MappingKey, side: Side): Promise<string[]>;
  parked(filter: ParkedFilter): Promise<ParkedRecord[]>;
  countParked(mapping?: MappingKey): Promise<Record<string, number>>;
  /** Records of a side by the digest of match rule `rule`: digest → ids. */
  idsByKey(mapping: MappingKey, side: Side, rule: number, digests: readonly string[]): Promise<Map<string, string[]>>;
  history(mapping: MappingKey, side: Side, id: string, limit: number): Promise<HistoryEntry[]>;
  runs(integration: string, limit: number): Promise<Run[]>;
  commit(fence: Fence, change: StateChange): Promise<Result<void>>;
  /** Takes the lease when it is free, expired or this holder's; the token grows with every new holder. */
  acquire(key: string, holder: string, ttlMs: number, now: number): Promise<Result<Fence>>;
  /** Fails with `lease-lost` when another holder has it. */
  renew(fence: Fence, ttlMs: number, now: number): Promise<Result<void>>;
  release(fence: Fence): Promise<void>;
  /** Encrypted at rest with the installation's key: tokens, approvals. */
  secret(name: string): Promise<string | null>;
  putSecret(name: string, value: string | null): Promise<void>;
  /**
   * The generation: grows by one with every run, and stands in the installation's file too, so that an older copy of the
   * store is recognised.
   */
  generation(): Promise<number>;
  advanceGeneration(): Promise<number>;
  diagnose(): Promise<Finding[]>;
  close(): Promise<void>;
}
