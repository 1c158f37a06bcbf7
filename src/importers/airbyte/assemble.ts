import { createHash } from 'node:crypto';
import { z } from 'zod';
import { connectorSchema } from '../../connector/definition.ts';
import { basesOf } from './bases.ts';
import { type Node, nodeAt, nodesAt, scalarAt, textAt, typeOf } from './node.ts';
import type { StreamReport } from './report.ts';
import { Refusal } from './request.ts';
import { type RuleInput, readBudget } from './responses.ts';
import type { AirbyteSource } from './source.ts';
import { type Above, type ObjectInput, readStream, type StreamPart } from './stream.ts';
import { Variables } from './variables.ts';

export type ConnectorInput = z.input<typeof connectorSchema>;

export interface Assembled {
  input: ConnectorInput;
  streams: StreamReport[];
  losses: string[];
}

/** Puts the streams of a manifest together to one connector; refuses those that don't fit. */
export function assemble(manifest: Node, source: AirbyteSource): Assembled {
  const specification = nodeAt(nodeAt(manifest, 'spec') ?? {}, 'connection_specification');
  const variables = new Variables(specification);
  const reading = new Reading(variables, source.now);
  for (const stream of streamsOf(manifest, reading)) reading.read(stream, true);
  const losses: string[] = [];
  if (
    nodesAt(nodeAt(manifest, 'spec') ?? {}, 'config_normalization_rules').length > 0 ||
    nodeAt(nodeAt(manifest, 'spec') ?? {}, 'config_normalization_rules')
  ) {
    losses.push('config_normalization_rules: older configurations are not migrated');
  }
  const shared = share(reading, losses);
  const objects: ConnectorInput['objects'] = {};
  const grounds: NonNullable<ConnectorInput['grounds']> = [];
  for (const part of reading.imported()) {
    const object = objectOf(part, shared, reading);
    const valid = checkedObject.safeParse(object);
    if (!valid.success) {
      reading.refuse(part.name, `its ${valid.error.issues[0]?.path.join('.') ?? 'declaration'} is not valid`);
      continue;
    }
    objects[part.name] = object;
    for (const { at, because } of part.assumptions)
      grounds.push({ at: `objects.${part.name}.${at}`, ground: 'assumed', because });
  }
  const title = titleOf(specification, source.connector);
  const docs = textAt(nodeAt(manifest, 'spec') ?? {}, 'documentation_url');
  const budget = readBudget(manifest);
  const version = scalarAt(manifest, 'version');
  const input: ConnectorInput = {
    connector: source.connector,
    title,
    protocol: 'rest',
    ...(docs === undefined ? {} : { docs }),
    ...descriptionOf(manifest),
    base_url: shared.base,
    auth: shared.auth.auth,
    ...(Object.keys(shared.headers).length > 0 ? { headers: shared.headers } : {}),
    variables: variables.definition(),
    ...(budget ? { limits: budget } : {}),
    ...(shared.rules.length > 0 ? { responses: shared.rules } : {}),
    objects,
    origin: {
      format: 'airbyte',
      source: source.file,
      digest: createHash('sha256').update(source.text).digest('hex'),
      ...(version === undefined ? {} : { version }),
      imported: new Date(source.now).toISOString().slice(0, 10),
    },
    ...(grounds.length > 0 ? { grounds } : {}),
  };
  return { input, streams: reading.reports(), losses: [...new Set([...losses, ...shared.auth.losses])] };
}

const checkedObject = z.lazy(() => connectorSchema.shape.objects.valueType);

function titleOf(specification: Node | undefined, otherwise: string): string {
  const title = textAt(specification ?? {}, 'title') ?? '';
  return title.replace(/\s*(source\s+)?(connection\s+)?spec(ification)?\s*$/i, '').trim() || otherwise;
}

function descriptionOf(manifest: Node): { description?: string } {
  const text = textAt(manifest, 'description')?.replace(/\s+/g, ' ').trim() ?? '';
  return text === '' ? {} : { description: text.slice(0, 500) };
}

/** The streams that a manifest names; those that are known only when it runs are refused. */
function streamsOf(manifest: Node, reading: Reading): Node[] {
  const streams: Node[] = [];
  const add = (stream: Node): void => {
    switch (typeOf(stream)) {
      case 'StateDelegatingStream': {
        const whole = nodeAt(stream, 'full_refresh_stream');
        if (whole) streams.push({ ...whole, name: textAt(stream, 'name') ?? textAt(whole, 'name') });
        return;
      }
      case 'ConditionalStreams':
        for (const inner of nodesAt(stream, 'streams')) add(inner);
        return;
      default:
        streams.push(stream);
    }
  };
  for (const stream of nodesAt(manifest, 'streams')) add(stream);
  for (const stream of nodesAt(manifest, 'dynamic_streams')) {
    const template = nodeAt(stream, 'stream_template');
    const name = textAt(stream, 'name') ?? (template && textAt(template, 'name')) ?? 'dynamic stream';
    reading.refuse(name, `${typeOf(nodeAt(stream, 'components_resolver'))}: streams that are known only when it runs`);
  }
  return streams;
}

/** The streams read so far, with the parents that they need. */
class Reading {
  readonly #variables: Variables;
  readonly #now: number;
  readonly #parts = new Map<string, StreamPart>();
  readonly #reports = new Map<string, StreamReport>();
  #depth = 0;

  constructor(variables: Variables, now: number) {
    this.#variables = variables;
    this.#now = now;
  }

  /** Reads a stream and those above it; `isListed`: the manifest offers it as a stream of its own. */
  read(stream: Node, isListed: boolean): void {
    const name = this.nameOf(stream);
    if (this.#reports.has(name) && !isListed) return;
    try {
      if (this.#depth > 10) throw new Refusal('parents that go too deep');
      this.#depth++;
      const part = readStream(stream, {
        variables: this.#variables,
        now: this.#now,
        above: (parent) => this.above(parent),
        nameOf: (given) => this.nameOf(given),
      });
      part.name = name;
      if (part.parent) this.#readParent(part.parent.stream);
      this.#parts.set(name, part);
      this.#reports.set(name, { stream: name, outcome: 'imported', losses: part.losses });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refuse(name, error.message);
    } finally {
      this.#depth--;
    }
  }

  #readParent(parent: Node): void {
    const name = this.nameOf(parent);
    if (!this.#reports.has(name)) this.read(parent, false);
    const report = this.#reports.get(name);
    if (report?.outcome === 'refused') throw new Refusal(`its parent ${name} needs ${report.refusedFor}`);
  }

  /** Parents that are no streams of their own may be called like one that is. */
  nameOf(stream: Node): string {
    return textAt(stream, 'name') ?? 'stream';
  }

  above(parent: Node): Above[] {
    this.#readParent(parent);
    const part = this.#parts.get(this.nameOf(parent));
    if (!part?.parent) return [];
    const further = this.above(part.parent.stream).map((each) => ({
      ...each,
      path: `parent_slice.${each.path}`,
    }));
    const { param, key, stream, partition } = part.parent;
    return [{ path: partition, name: param, key, stream: this.nameOf(stream) }, ...further];
  }

  refuse(name: string, why: string): void {
    this.#parts.delete(name);
    this.#reports.set(name, { stream: name, outcome: 'refused', refusedFor: why, losses: [] });
  }

  imported(): StreamPart[] {
    return [...this.#parts.values()];
  }

  reports(): StreamReport[] {
    return [...this.#reports.values()];
  }
}

interface Shared {
  base: string;
  paths: ReadonlyMap<string, string>;
  auth: StreamPart['auth'];
  headers: Record<string, string>;
  rules: RuleInput[];
}

/** What all streams have in common becomes the connector's; a stream that differs where it must not is refused. */
function share(reading: Reading, losses: string[]): Shared {
  const auth = mostCommon(reading.imported().map((part) => part.auth));
  for (const part of reading.imported()) {
    if (JSON.stringify(part.auth.auth) === JSON.stringify(auth.auth)) continue;
    if (part.auth.auth.type === 'none') part.losses.push('NoAuth: the credentials are sent all the same');
    else reading.refuse(part.name, 'authentication other than that of most streams');
  }
  const parts = reading.imported();
  const { base, paths } = basesOf(parts.map((part) => part.request));
  const placed = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    const path = paths[index];
    if (path === null || path === undefined) reading.refuse(part.name, 'a host other than that of most streams');
    else placed.set(part.name, path);
  }
  refuseOrphans(reading);
  const kept = reading.imported();
  return { base, paths: placed, auth, headers: commonHeaders(kept), rules: commonRules(kept, losses) };
}

function refuseOrphans(reading: Reading): void {
  for (let again = true; again; ) {
    again = false;
    const names = new Set(reading.imported().map((part) => part.name));
    for (const part of reading.imported()) {
      if (!part.parent || names.has(reading.nameOf(part.parent.stream))) continue;
      reading.refuse(part.name, `its parent ${reading.nameOf(part.parent.stream)} can not be imported`);
      again = true;
    }
  }
}

function mostCommon(auths: readonly StreamPart['auth'][]): StreamPart['auth'] {
  const counts = new Map<string, { auth: StreamPart['auth']; count: number }>();
  for (const auth of auths) {
    const key = JSON.stringify(auth.auth);
    const known = counts.get(key);
    counts.set(key, { auth, count: (known?.count ?? 0) + 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => rank(b) - rank(a));
  return most?.auth ?? { auth: { type: 'none' }, losses: [] };
}

const rank = ({ auth, count }: { auth: StreamPart['auth']; count: number }) =>
  auth.auth.type === 'none' ? count / 1e6 : count;

function commonHeaders(parts: readonly StreamPart[]): Record<string, string> {
  const [first, ...others] = parts;
  const entries = Object.entries(first?.request.headers ?? {}).filter(
    ([name, value]) => !/(?<!\$)\{/.test(value) && others.every((part) => part.request.headers[name] === value),
  );
  return Object.fromEntries(entries);
}

/** Rules of all streams; one that makes an error nothing counts only where every stream has it. */
function commonRules(parts: readonly StreamPart[], losses: string[]): RuleInput[] {
  const rules = new Map<string, { rule: RuleInput; count: number }>();
  for (const part of parts) {
    for (const [key, rule] of new Map(part.responses.rules.map((each) => [JSON.stringify(each), each]))) {
      rules.set(key, { rule, count: (rules.get(key)?.count ?? 0) + 1 });
    }
  }
  return [...rules.values()].flatMap(({ rule, count }) => {
    if (rule.action !== 'empty' || count === parts.length) return [rule];
    losses.push(`IGNORE of HTTP ${rule.status ?? 'any'}, which holds for some streams only`);
    return [];
  });
}

function objectOf(part: StreamPart, shared: Shared, reading: Reading): ObjectInput {
  const { request, list, parent } = part;
  const path = shared.paths.get(part.name) ?? '';
  // The driver asks for the format it reads, unless the list itself says what to ask for.
  const isOwn = (name: string) => !(name in shared.headers) || (list.format !== undefined && /^accept$/i.test(name));
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => isOwn(name)));
  const isPost = request.method === 'POST';
  const body = request.body ?? {};
  return {
    ...part.object,
    ...(parent
      ? {
          parent: {
            object: reading.nameOf(parent.stream),
            param: parent.param,
            key: parent.key,
            ...(part.parentField === undefined ? {} : { field: part.parentField }),
          },
        }
      : {}),
    list: {
      ...(isPost ? { method: 'POST' } : {}),
      path,
      ...(isPost && Object.keys(body).length > 0 ? { body } : {}),
      ...(Object.keys(request.query).length > 0 ? { query: request.query } : {}),
      ...(request.paramsInQuery ? { params: 'query' } : {}),
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      ...list,
    },
  };
}
