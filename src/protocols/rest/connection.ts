import type { Access } from '../../connector/access.ts';
import type { AuthParts } from '../../connector/auth/auth-parts.ts';
import { createAuthenticator } from '../../connector/auth/authenticator.ts';
import type { TokenStore } from '../../connector/auth/tokens.ts';
import { type Budget, createBudget, type Lane, limitsOf } from '../../connector/budget.ts';
import { compileCosts } from '../../connector/costs.ts';
import type { ConnectorDefinition } from '../../connector/definition.ts';
import { milliseconds } from '../../connector/duration.ts';
import type { FieldDefinition, OptionDefinition } from '../../connector/field.ts';
import { KnownLists } from '../../connector/option-lists.ts';
import type { CallCount, Capabilities, Connection, PlainRequest, ReadStep } from '../../connector/port.ts';
import { compileQuota } from '../../connector/quota-headers.ts';
import { labelsOf } from '../../connector/refused-fields.ts';
import { compileJudge } from '../../connector/response.ts';
import type { Rights } from '../../connector/rights.ts';
import { fillDeep, fillVariables, type Variables, withDefaults } from '../../connector/template.ts';
import { withPartsAndLines } from '../../connector/within/connection.ts';
import type { TlsIdentity } from '../../platform/http.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { capabilitiesOf } from './capabilities.ts';
import { createCustomField, readCustomFields } from './custom-fields.ts';
import { readList } from './list.ts';
import { findRecords, getRecords } from './lookup.ts';
import { readyOptionLists } from './object-definition.ts';
import { addOption, notAdded, readOptions } from './options.ts';
import { compileObjects, type RestObject } from './rest-object.ts';
import { readRights } from './rights.ts';
import { anyResponse, createSender, type Sender, type SenderParts } from './sender.ts';
import { triedList } from './tried-list.ts';
import { createAll, removeAll, updateAll, type WriteParts } from './write-all.ts';

export interface RestConnectionParts {
  definition: ConnectorDefinition;
  /** Values of the `${name}`s of the definition. */
  variables: Variables;
  platform: Platform;
  tokens: TokenStore;
  /** The account's budget where it is shared; else the connection has its own. */
  budget?: Budget;
  /** Default: live. */
  lane?: Lane;
}

/** Opens a connection of protocol `rest`. Sends nothing yet; fails when variables are missing or the URL is none. */
export function openRestConnection(parts: RestConnectionParts): Result<Connection> {
  const { definition } = parts;
  const variables = withDefaults(definition.variables, parts.variables);
  const sending = restSenderParts(parts);
  if (!sending.ok) return sending;
  const objects = compileObjects(definition, variables);
  if (!objects.ok) return objects;
  const optionLists = readyOptionLists(definition.option_lists, variables);
  if (!optionLists.ok) return optionLists;
  return ok(
    withPartsAndLines(new RestConnection(definition, variables, sending.value, objects.value, optionLists.value)),
  );
}

/** What requests of a connection are sent with; for those that look at the answers themselves. */
export function restSenderParts(parts: RestConnectionParts): Result<SenderParts> {
  const { definition, platform } = parts;
  const variables = withDefaults(definition.variables, parts.variables);
  const baseUrl = baseUrlOf(definition, variables);
  if (!baseUrl.ok) return baseUrl;
  const headers = headersOf(definition, variables);
  if (!headers.ok) return headers;
  const query = fillDeep(definition.query, variables);
  if (!query.ok) return query;
  const tls = tlsOf(definition, variables);
  if (!tls.ok) return tls;
  const count: CallCount = { reads: 0, writes: 0, auth: 0, throttled: 0 };
  const bare: SenderParts = {
    platform,
    baseUrl: baseUrl.value,
    headers: headers.value,
    query: Object.keys(query.value).length === 0 ? null : query.value,
    tls: tls.value,
    timeout: milliseconds(definition.timeout),
    limits: definition.limits,
    quota: compileQuota(definition.limits),
    costOf: compileCosts(definition.limits.costs),
    judge: compileJudge(definition.responses, labelsOf(definition.objects)),
    budget: parts.budget ?? createBudget(limitsOf(definition), platform.clock),
    lane: parts.lane ?? 'live',
    count,
    authenticator: null,
    refusal: () => null,
  };
  const authenticator = createAuthenticator(
    {
      variables,
      clock: platform.clock,
      random: platform.random,
      tokens: parts.tokens,
      send: tokenSending(bare),
    },
    definition.auth,
  );
  if (!authenticator.ok) return authenticator;
  return ok({ ...bare, authenticator: authenticator.value });
}

/** What a person's permission is asked for with: before it, the connection has no credentials. */
export function tokenParts(
  parts: RestConnectionParts,
): Result<Pick<AuthParts, 'variables' | 'clock' | 'send'> & { baseUrl: string }> {
  const sending = restSenderParts(parts);
  if (!sending.ok) return sending;
  const variables = withDefaults(parts.definition.variables, parts.variables);
  const send = tokenSending({ ...sending.value, authenticator: null });
  return ok({ variables, clock: parts.platform.clock, send, baseUrl: sending.value.baseUrl });
}

/**
 * Sends requests for tokens. Those to a server elsewhere carry nothing of the connector's headers, which may hold
 * secrets of this system, and its rules for answers say nothing about them.
 */
function tokenSending(bare: SenderParts): AuthParts['send'] {
  const here = createSender(bare);
  const elsewhere = createSender({
    ...bare,
    baseUrl: '',
    headers: { ...STANDARD_HEADERS },
    query: null,
    judge: compileJudge([]),
  });
  return async ({ url, ...request }) => {
    const absolute = /^https?:\/\//i.test(url);
    const sender = absolute && !url.startsWith(`${bare.baseUrl}/`) ? elsewhere : here;
    const path = sender === here && absolute ? url.slice(bare.baseUrl.length) : url;
    return anyResponse(await sender.send({ kind: 'auth', repeatable: true, ...request, path }));
  };
}

function baseUrlOf(definition: ConnectorDefinition, variables: Variables): Result<string> {
  const filled = fillVariables(definition.base_url ?? '', variables);
  if (!filled.ok) return filled;
  const url = URL.canParse(filled.value) ? new URL(filled.value) : null;
  const usable = url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
  return usable ? ok(`${url.origin}${url.pathname.replace(/\/+$/, '')}`) : fail(urlUnusable());
}

const STANDARD_HEADERS = { accept: 'application/json', 'user-agent': 'dovetail' };

function headersOf(definition: ConnectorDefinition, variables: Variables): Result<Record<string, string>> {
  const headers: Record<string, string> = { ...STANDARD_HEADERS };
  for (const [name, template] of Object.entries(definition.headers)) {
    const value = fillVariables(template, variables);
    if (!value.ok) return value;
    headers[name.toLowerCase()] = value.value;
  }
  return ok(headers);
}

/** Who a connection says it is, where its server asks. In variables of the environment, the line ends of PEM texts are often written as \n. */
export function tlsOf({ tls }: ConnectorDefinition, variables: Variables): Result<TlsIdentity | null> {
  if (!tls) return ok(null);
  const texts: Record<string, string> = {};
  for (const [name, template] of Object.entries(tls)) {
    if (template === undefined) continue;
    const value = fillVariables(template, variables);
    if (!value.ok) return value;
    texts[name] = value.value.replaceAll('\\n', '\n');
  }
  const { certificate = '', key = '', ca } = texts;
  return ok({ certificate, key, ...(ca ? { ca } : {}) });
}

const urlUnusable = (): Diagnostic =>
  problem('base-url-unusable', 'The base URL of the connection can not be used', {
    detail: 'It must begin with http:// or https://, and hold no user, query or fragment.',
  });

class RestConnection implements Connection {
  readonly connector: ConnectorDefinition;
  readonly #variables: Variables;
  readonly access: Access;
  readonly #parts: SenderParts;
  readonly #sender: Sender;
  readonly #objects: ReadonlyMap<string, RestObject>;
  readonly #optionLists: ConnectorDefinition['option_lists'];
  readonly #capabilities = new Map<string, Capabilities>();
  readonly #lists = new KnownLists();
  #credentialsHold: Promise<Result<void>> | null = null;

  constructor(
    connector: ConnectorDefinition,
    variables: Variables,
    parts: SenderParts,
    objects: ReadonlyMap<string, RestObject>,
    optionLists: ConnectorDefinition['option_lists'],
  ) {
    this.connector = connector;
    this.#variables = variables;
    this.#parts = parts;
    this.#sender = createSender(parts);
    this.access = accessOf(parts, this.#sender);
    this.#objects = objects;
    this.#optionLists = optionLists;
    for (const [name, { definition }] of objects) this.#capabilities.set(name, capabilitiesOf(connector, definition));
  }

  guardWrites(check: () => Diagnostic | null): void {
    this.#parts.refusal = check;
  }

  #object(name: string): RestObject {
    const object = this.#objects.get(name);
    if (!object) throw new Error(`The connector declares no object ${name}`);
    return object;
  }

  capabilities(object: string): Capabilities {
    const found = this.#capabilities.get(object);
    if (!found) throw new Error(`The connector declares no object ${object}`);
    return found;
  }

  read({ object: name, since, signal, trial }: Parameters<Connection['read']>[0]): AsyncIterable<ReadStep> {
    const object = this.#object(name);
    const { list } = object.definition;
    if (!list) return nothingToRead();
    const tried = trial ? triedList(object, list, trial) : { list, query: {} };
    const query = { ...tried.query, ...list.archived };
    return readList(this.#sender, { object, list: tried.list, query, since, ...(signal ? { signal } : {}) });
  }

  sweep(name: string, signal?: AbortSignal): AsyncIterable<ReadStep> {
    const object = this.#object(name);
    const { list } = object.definition;
    if (!list) return nothingToRead();
    const query = { ...list.ids_only };
    return readList(this.#sender, { object, list, query, since: null, ...(signal ? { signal } : {}) });
  }

  get(object: string, ids: readonly string[]) {
    return getRecords(this.#sender, this.#object(object), ids, this.#parts.limits.concurrency);
  }

  find(object: string, field: string, wire: unknown) {
    return findRecords(this.#sender, this.#object(object), field, wire);
  }

  create(object: string, items: Parameters<Connection['create']>[1]) {
    return createAll(this.#writing(object), items);
  }

  update(object: string, items: Parameters<Connection['update']>[1]) {
    return updateAll(this.#writing(object), items);
  }

  remove(object: string, items: Parameters<Connection['remove']>[1], archive: boolean) {
    return removeAll(this.#writing(object), items, archive);
  }

  #writing(object: string): WriteParts {
    const { platform, judge, limits } = this.#parts;
    return { sender: this.#sender, object: this.#object(object), judge, platform, concurrency: limits.concurrency };
  }

  async loadOptions(object: string, { anew } = { anew: false }): Promise<Result<void>> {
    this.#credentialsHold ??= this.#checkCredentials();
    const checked = await this.#credentialsHold;
    if (!checked.ok) return checked;
    for (const name of this.#lists.missing(this.#object(object).definition, anew)) {
      const list = this.#optionLists[name];
      if (!list) continue;
      const options = await readOptions(this.#sender, name, list);
      if (!options.ok) return options;
      this.#lists.keep(name, options.value);
    }
    return ok(undefined);
  }

  recallOptions(lists: Parameters<Connection['recallOptions']>[0]): void {
    this.#lists.recall(lists);
  }

  async #checkCredentials(): Promise<Result<void>> {
    const path = this.connector.credentials_check?.path;
    if (path === undefined) return ok(undefined);
    const sent = await this.#sender.send({ kind: 'auth', method: 'GET', path, repeatable: true });
    return sent.ok ? ok(undefined) : fail(sent.diagnostic);
  }

  options(list: string): readonly OptionDefinition[] {
    return this.#lists.options(list);
  }

  async createOption(name: string, option: { key: string; label: string }): Promise<Result<void>> {
    const list = this.#optionLists[name];
    if (!list?.create) return fail(problem('not-offered', `The connector declares no way to add an option to ${name}`));
    const added = await addOption(this.#sender, list, option);
    const options = await readOptions(this.#sender, name, list);
    if (!options.ok) return options;
    this.#lists.keep(name, options.value);
    return options.value.some(({ key }) => key === option.key) ? ok(undefined) : fail(notAdded(name, added));
  }

  customFields(object: string): Promise<Result<Record<string, FieldDefinition> | null>> {
    return readCustomFields(this.#sender, this.#object(object).definition);
  }

  createField(object: string, field: FieldDefinition): Promise<Result<void>> {
    return createCustomField(this.#sender, this.#object(object).definition, field);
  }

  rights(): Promise<Result<Rights | null>> {
    return readRights(this.#sender, this.connector, this.#variables, this.#parts.authenticator);
  }

  async ask({ method, path, body }: PlainRequest): Promise<Result<unknown>> {
    const filled = fillVariables(path, this.#variables);
    if (!filled.ok) return filled;
    const sent = await this.#sender.send({
      kind: method === 'GET' ? 'reads' : 'writes',
      method,
      path: filled.value,
      repeatable: method !== 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return sent.ok ? ok(sent.data) : fail(sent.diagnostic);
  }

  calls(): CallCount {
    return { ...this.#parts.count };
  }

  quota(): number | null {
    return this.#parts.budget.left();
  }

  async close(): Promise<void> {}
}

function accessOf({ authenticator }: SenderParts, sender: Sender): Access {
  return {
    kind: 'http',
    async renew() {
      const expires = authenticator?.expires?.bind(authenticator);
      if (!authenticator || !expires) return ok(null);
      const renewed = await authenticator.renew(authenticator.current());
      return renewed.ok ? ok({ expires: expires() }) : renewed;
    },
    ask: async (request) =>
      anyResponse(await sender.send({ kind: 'reads', repeatable: false, ...request, parse: asText })),
  };
}

const asText = (body: string): unknown => body;

async function* nothingToRead(): AsyncGenerator<ReadStep> {
  const diagnostic = problem('not-offered', 'The connector declares no list for this object');
  yield { kind: 'end', complete: false, serverTime: null, diagnostic };
}
