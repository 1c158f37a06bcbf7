import type { ObjectCodec } from '../connector/codec.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { OptionDefinition } from '../connector/field.ts';
import type { Capabilities, Connection, Wire } from '../connector/port.ts';
import type { LoadedIntegration, LoadedMapping } from '../integration/loaded.ts';
import type { FieldMapper } from '../mapping/map-field.ts';
import type { OptionLists } from '../mapping/option-way.ts';
import type { PlanRules } from '../planning/pair-decision.ts';
import type { PlanItem } from '../planning/plan-item.ts';
import type { Platform } from '../platform/platform.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { DigestKey } from '../record/digest.ts';
import { SIDES, type Side } from '../record/side.ts';
import type { Fields, Value } from '../record/value.ts';
import type { Fence, Intent, KnownShape, Link, MappingCounts, MappingKey, ParkedRecord, Store } from '../store/port.ts';
import type { Scratch } from '../store/scratch.ts';
import type { Check, RuleFinding } from '../validation/validate.ts';
import type { IdSet } from './id-set.ts';
import type { KnownKeys } from './known-keys.ts';
import type { Realignment } from './layout.ts';
import type { Lookups } from './lookups.ts';
import type { SettledPages } from './settled-pages.ts';

/** Told while a run goes on, for progress views. Fields' values appear in `item` only, and only in memory. */
export type RunEvent =
  | { type: 'mapping'; mapping: string; phase: 'settle' | 'read' | 'sync' | 'sweep' | 'deletes' | 'done' }
  | { type: 'progress'; mapping: string; counts: MappingCounts }
  | { type: 'item'; mapping: string; item: PlanItem }
  | { type: 'diagnostic'; mapping: string; diagnostic: Diagnostic };

/** One side of a mapping, compiled for a run. */
export interface SideRun {
  side: Side;
  /** Name of the system in the integration file. */
  system: string;
  connection: Connection;
  object: string;
  definition: ObjectDefinition;
  can: Capabilities;
  codec: ObjectCodec;
  /** The options of its lists, as they are now or will be once this plan is done. */
  lists: OptionLists;
  /** Names of the fields to decode. */
  names: readonly string[];
  /** Name by position of the layout; '' where the position belongs to the other side alone. */
  watched: readonly string[];
  /** By position of the field mapping: the positions of all other fields that its value for the other side is made of. */
  sources: readonly (readonly number[])[];
  /** By position of the field mapping: the value for this side from the other side's record; null where nothing flows. Empty where nothing flows at all. */
  mappers: readonly (FieldMapper | null)[];
  /** By position: the target's constraints, with declared repairs; null where there are none. */
  checks: readonly (Check | null)[];
  /** The rules for whole records, as they would be written; null where there are none. */
  checkRecord: ((record: Fields) => RuleFinding[]) | null;
  /** Match keys of a record, by position of the match rule: digests; null where a part is empty. */
  keysOf: (fields: Fields) => (string | null)[];
  /** Whether nothing of this side can be read: a target that only takes writes. */
  writeOnly: boolean;
  /** Fields that nothing of the mapping reads. */
  unmapped: readonly UnmappedField[];
  /** Why no record is created on this side. */
  heldCreates: Diagnostic | null;
}

/** A field that nothing of the mapping reads, and that nobody said to ignore. */
export interface UnmappedField {
  name: string;
  isFilled: (wire: Wire) => boolean;
}

/** What a run of a whole integration has in common for its mappings. */
export interface RunContext {
  id: string;
  integration: LoadedIntegration;
  platform: Platform;
  /** Plan mode: a draft over the store, which is to be closed. */
  store: Store;
  fence: Fence;
  digestKey: DigestKey;
  /** Key of match-key and body digests. */
  strongKey: Uint8Array;
  mode: 'plan' | 'sync';
  /** With a saved plan: whether it holds this very item. */
  allows: ((mapping: string, item: PlanItem) => boolean) | null;
  sweep: 'due' | 'always' | 'never';
  /** Whole reads instead of changes since the cursor. */
  full: boolean;
  /** Pairs per step. */
  batch: number;
  signal: AbortSignal;
  started: number;
  onEvent: (event: RunEvent) => void;
  /** Set when the run must stop: lease lost, too many failures, a fatal answer. */
  stop: Diagnostic | null;
  diagnostics: Diagnostic[];
  openScratch: () => Scratch;
  /** Lets records of a mapping in that its filter leaves out. */
  letIn: (mapping: string, side: Side, ids: readonly string[]) => Promise<void>;
  /** Whether a mapping was left out, because of a change in one of the systems. */
  held: boolean;
  /** Plan mode: lists of options with those that this plan adds, by side and list. */
  foreseenOptions: Map<string, readonly OptionDefinition[]>;
  /** Options that this run has tried to add. */
  triedOptions: Set<string>;
  /** Epoch ms; when this installation last wrote to a system, as far as it knows: lists that lag may not show that yet. */
  lastWrite: number;
  /** Renewed when a third of the lease's time has passed. */
  leaseRenewed: number;
}

/** One mapping in one run. */
export interface MappingRun {
  /** Of the reads of everything, by side. */
  pages: Record<Side, SettledPages | null>;
  /** By side: links have changed whose records may stand on settled pages. */
  spoiled: Record<Side, boolean>;
  context: RunContext;
  key: MappingKey;
  mapping: LoadedMapping;
  a: SideRun;
  b: SideRun;
  rules: PlanRules;
  layout: number;
  layoutFields: readonly string[];
  /** Earlier layouts that links of this mapping have, as read today. */
  layouts: Map<number, Realignment>;
  /** By side: records that are synced although the filter leaves them out. */
  letIn: Record<Side, IdSet>;
  /** By side: records that were to be let in by this run, whatever became of that. */
  asked: Record<Side, IdSet>;
  /** Keys of parents that were looked up in this run. */
  knownKeys: KnownKeys;
  /** Links that were read in an earlier layout: what has changed about their rows. */
  realigned: WeakMap<Link, Realignment>;
  lookups: Lookups;
  /** Digest of the mapping's rules. */
  rulesDigest: string;
  /** Digest of the rules, of the live options and of what is held: what was parked under another one is tried again. */
  parkDigest: string;
  /** The mapping's rules changed since the last read: what has not changed is decided again all the same. */
  recheck: boolean;
  /** Why nothing of the mapping is done. */
  held: Diagnostic | null;
  /** How both objects are set up, to be kept with the cursors. */
  shapes: KnownShape[];
  /** Options without counterpart that a person has been told of, once that was looked up. */
  alerted: Set<string> | null;
  scratch: Scratch;
  counts: MappingCounts;
  /** Reads of this run, by side. */
  reads: Record<Side, SideRead>;
  /** Source ids with an open intent, by the side they would be created on: untouchable until settled. */
  open: Record<Side, Set<string>>;
  /** The link tokens that these creates sent: a record with one of them is no new one. */
  openTokens: Record<Side, Set<string>>;
  /** Set when a sweep saw nothing at all: every delete waits for approval. */
  holdDeletes: boolean;
  /** Set when a sweep broke off: nothing follows from it, and the run is no success. */
  sweepBroken: boolean;
  /** Set when nothing was read where there were records before: a run that has no other finding is no success. */
  readNothing: boolean;
  /** Deletes decided, done after all mappings: by `pairKey`. */
  deletes: Map<string, DeferredDelete>;
  /** All ids that a complete read of everything or a sweep saw, by side. */
  present: Record<Side, IdSet | null>;
  /** Records proved gone by a sweep, by side: id → handled. */
  gone: Record<Side, Map<string, boolean>>;
  /** Not zero once a record of this mapping is known to be parked or dismissed: no look-ups are needed before. */
  parked: number;
  /** Parked records whose reason is gone: back as they were at the baseline, or never linked and deleted. */
  vanished: Record<Side, ParkedRecord[]>;
  /** Intents whose outcomes are known, to be removed with the next record. */
  settled: string[];
  /** What stays open of them. */
  reopened: Intent[];
  /** Ids handled as retries of parked records in this run, by side. */
  retried: Record<Side, Set<string>>;
  /** Records of a side that several of the other side match, found in this run. */
  contested: Record<Side, Set<string>>;
  /** Records of a side that were found gone when they were read to be linked: nothing matches them. */
  lost: Record<Side, Set<string>>;
  /**
   * Records of a side that were matched in this run but not committed yet, with their match keys where those are not in the
   * store: by id.
   */
  claimed: Record<Side, Map<string, readonly (string | null)[]>>;
  /** Match keys of records linked or created in this run but not committed yet, by side: `rule digest` → id. */
  taken: Record<Side, Map<string, string>>;
  /** The same of records that the match step parked: whoever matches them waits until that is on record. */
  aside: Record<Side, Map<string, string>>;
}

export interface SideRead {
  /** Whether the whole object was read, not only changes. */
  whole: boolean;
  complete: boolean;
  count: number;
  newest: number | null;
  serverTime: number | null;
}

/** A delete that was decided, waiting for the other mappings and for the guard. */
export interface DeferredDelete {
  link: Link;
  /** The side that is deleted or archived on. */
  target: Side;
  kind: 'delete' | 'archive';
  /** What was seen of the pair where the other record is not gone but has left the filter; null where it is gone. */
  left: string | null;
  rule: string;
  /** The target as it was when the delete was decided. */
  digests: Uint8Array;
  version: string | null;
  approved: boolean;
  /** Under which records the pair was parked before. */
  before: ParkedRecord | null;
  beforeOther: ParkedRecord | null;
  /** The sides whose records brought it up and are counted with it. */
  counted: Side[];
}

export function addDiagnostic(run: MappingRun, diagnostic: Diagnostic): void {
  run.context.diagnostics.push(diagnostic);
  run.context.onEvent({ type: 'diagnostic', mapping: run.mapping.name, diagnostic });
}

/**
 * To be called with every change of links or parked records. `from`: the side whose own records, all of them on pages
 * that are not settled, brought it up; null where others may be concerned.
 */
export function spoilPages(run: MappingRun, from: Side | null): void {
  for (const side of SIDES) if (side !== from) run.spoiled[side] = true;
}

/** Names a pair, whatever characters its ids hold. */
export const pairKey = ({ a, b }: { a: string; b: string }): string => JSON.stringify([a, b]);

export const mappingKey = (integration: string, mapping: string): MappingKey => `${integration}/${mapping}`;

/** A canonical value as it stands on the wire of this side; undefined where it can't be said there. */
export function wireValue(side: SideRun, field: string, value: Value): unknown {
  const encoded = side.codec.encodeValue(field, value);
  return encoded.ok ? encoded.value : undefined;
}
