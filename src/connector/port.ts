import type { Diagnostic, Result } from '../record/diagnostic.ts';
import type { Access } from './access.ts';
import type { ConnectorDefinition } from './definition.ts';
import type { FieldDefinition, OptionDefinition } from './field.ts';
import type { Rights } from './rights.ts';

/** A record as the system sent it: JSON for REST, a row for SQL. */
export type Wire = Record<string, unknown>;

/** A record as read: its wire form and what is known about it without decoding. */
export interface WireRecord {
  id: string;
  /** Changes with every write in the system; null where the connector declares none. */
  version: string | null;
  /** Epoch milliseconds of the last modification by the system's own stamp; null where there is none. */
  modified: number | null;
  /** Soft-deleted. */
  archived: boolean;
  /** Id of the record that this one was merged into. */
  mergedInto: string | null;
  wire: Wire;
}

export type ReadStep =
  | {
      kind: 'page';
      records: WireRecord[];
      /** Of records within wholes: the newest stamp of a whole on the page, which may hold none of them. */
      newest?: number | null;
      /** Of lines: the ids of the wholes all of whose lines are on this page. */
      complete?: string[];
      /** What of the page could not be read. */
      remarks?: Diagnostic[];
    }
  /**
   * The last step of every read. `complete` only when the declared end was seen and nothing was missed; `serverTime` is
   * the system's own clock (epoch ms) at the start of the read, where it tells.
   */
  | { kind: 'end'; complete: boolean; serverTime: number | null; diagnostic?: Diagnostic };

export interface ReadRequest {
  object: string;
  /** Epoch ms: changes at or after it; null for everything. The lag is already taken off. */
  since: number | null;
  signal?: AbortSignal;
  trial?: ListTrial;
}

/**
 * How a list is asked for otherwise than a run would, to see what the system makes of it. What the connector declares no way
 * to ask for is left out.
 */
export interface ListTrial {
  /** Records a page. */
  pageSize?: number;
  /** By the modification stamp. */
  sort?: 'ascending' | 'descending';
  /** Only records whose field equals the wire value; what comes is what the system finds, not looked through. */
  equals?: { field: string; wire: unknown };
}

/** What a direct read says. `forbidden` and failures prove nothing. */
export type GetOutcome =
  | { kind: 'present'; record: WireRecord }
  | { kind: 'gone' }
  | { kind: 'unknown'; diagnostic: Diagnostic };

export interface CreateItem {
  /** Wire form of the fields to set. */
  wire: Wire;
  /** Sent where the system honours one. */
  idempotencyKey: string;
  /** Of records within wholes: ids that are not to be given, of records that are gone and still linked. */
  reserved?: readonly string[];
}

export interface UpdateItem {
  id: string;
  /** Wire form of the changed fields only; the driver merges where the system takes whole records. */
  wire: Wire;
  /** Expected version, for conditional writes; null to write unconditionally. */
  version: string | null;
  /** The record as read just before, for read-modify-write; the driver reads it where absent. */
  current?: Wire;
  /** As of a create, for an update that gives the record another id. */
  reserved?: readonly string[];
}

export interface RemoveItem {
  id: string;
  version: string | null;
}

/** The error classes. */
export type FailureClass = 'transient' | 'rate' | 'auth' | 'invalid' | 'conflict' | 'missing' | 'fatal';

export type WriteOutcome =
  /** `record` is the record as the system holds it now; null where only a read-back can tell, or after a removal. */
  | { kind: 'done'; id: string; record: WireRecord | null }
  /** `doubtful`: an attempt before may have taken effect, and the record been changed by someone else since. */
  | { kind: 'failed'; class: FailureClass; diagnostic: Diagnostic; doubtful?: boolean }
  /** Nobody knows whether it took effect. */
  | { kind: 'uncertain'; diagnostic: Diagnostic };

/** What a create should tell: the record as it is now, where that takes no further call, or its id alone. */
export type Wanted = 'record' | 'id';

export interface CallCount {
  reads: number;
  writes: number;
  /** Token requests and the like. */
  auth: number;
  /** Answers that told to slow down. */
  throttled: number;
}

/** What one object of one connection can do, as declared. */
export interface Capabilities {
  list: boolean;
  get: boolean;
  /** Reads many by id in one call; 0 where it can't. */
  getMany: number;
  since: boolean;
  /** Fields that `find` can look up. */
  findable: readonly string[];
  create: boolean;
  update: boolean;
  remove: boolean;
  archive: boolean;
  /** Most items of one call, 1 where there is no batch. */
  createBatch: number;
  updateBatch: number;
  removeBatch: number;
  conditionalUpdate: boolean;
  /** The server honours an idempotency key for this long, ms; 0 where it doesn't. */
  idempotencyMs: number;
  /** An update or create needs the whole record. */
  wholeRecords: boolean;
  /** Deletes appear in the changes read (soft deletes). */
  deletesInChanges: boolean;
  /** How late a change may appear in the list, plus the grain of its stamp: the overlap of every read, ms. */
  lagMs: number;
  concurrency: number;
  /** Most records a page of a list holds, for estimates. */
  pageSize: number;
}

/** A request that is not about records, such as one about webhooks. */
export interface PlainRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After the base URL, with `${variables}` of the connection. */
  path: string;
  /** Sent as JSON; absent: no body. */
  body?: unknown;
}

/**
 * One connection, as the engine sees it, whatever the protocol. Nothing here throws but for bugs. All calls go through
 * the account's rate budget; waiting and retrying of transient failures happen inside; what comes out is final for this run.
 */
export interface Connection {
  readonly connector: ConnectorDefinition;
  /** Absent where there is nothing to ask. */
  readonly access?: Access;
  /**
   * Asked right before each write is sent; what it returns stops the write as `fatal`, with nothing sent. A run uses it
   * to stop writing at once when another process may have taken over.
   */
  guardWrites(check: () => Diagnostic | null): void;
  capabilities(object: string): Capabilities;
  /** Changes (or everything) of an object, page by page, prefetching one page. */
  read(request: ReadRequest): AsyncIterable<ReadStep>;
  /** All ids, by the cheapest complete read; records may have an empty `wire`. */
  sweep(object: string, signal?: AbortSignal): AsyncIterable<ReadStep>;
  /** Direct reads, in the order of the ids. */
  get(object: string, ids: readonly string[]): Promise<GetOutcome[]>;
  /** Records whose field equals the wire value. */
  find(object: string, field: string, wire: unknown): Promise<Result<WireRecord[]>>;
  /** Outcomes in the order of the items; likewise below. */
  create(object: string, items: readonly CreateItem[], wanted?: Wanted): Promise<WriteOutcome[]>;
  update(object: string, items: readonly UpdateItem[]): Promise<WriteOutcome[]>;
  /** Deletes, or archives where `archive` is set. `done` also when it was gone already. */
  remove(object: string, items: readonly RemoveItem[], archive: boolean): Promise<WriteOutcome[]>;
  /**
   * Reads the options that the connector declares as coming from an endpoint, once per run; fails, too, where the
   * connector declares how credentials are checked and they do not hold. Lists that were recalled are read only with `anew`.
   */
  loadOptions(object: string, how?: { anew: boolean }): Promise<Result<void>>;
  /** Takes these lists for the options as they are, by name, until they are read; what was read already stands. */
  recallOptions(lists: Readonly<Record<string, readonly OptionDefinition[]>>): void;
  /** The options of a declared list, as they were read or recalled; empty before. */
  options(list: string): readonly OptionDefinition[];
  /**
   * Adds an option with this key to a list, where the connector says how, and reads the list again. An option that is
   * there already is no failure.
   */
  createOption(list: string, option: { key: string; label: string }): Promise<Result<void>>;
  /**
   * The fields that users of the system added to an object, as its system lists them now; by their names where they are
   * declared, else by names that their labels suggest. Null where the connector knows no way to find them out.
   */
  customFields(object: string): Promise<Result<Record<string, FieldDefinition> | null>>;
  /** Adds a field of this key, label and type to an object, where the connector says how. One that is there already is no failure. */
  createField(object: string, field: FieldDefinition): Promise<Result<void>>;
  /** What the credentials may do, by what the system tells; null where it tells nothing. Reads only. */
  rights(): Promise<Result<Rights | null>>;
  /**
   * Sends a request that is not about records, and gives the body of its answer as JSON. Anything but a GET counts as a
   * write. Fails with `not-offered` where the protocol has no such requests.
   */
  ask(request: PlainRequest): Promise<Result<unknown>>;
  calls(): CallCount;
  /** Requests left in the current window, where known. */
  quota(): number | null;
  close(): Promise<void>;
}
