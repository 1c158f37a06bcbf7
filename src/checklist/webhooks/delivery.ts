import type { WebhooksDefinition } from '../../connector/definition.ts';
import type { Connection } from '../../connector/port.ts';
import type { WebhookEvent } from '../../connector/webhooks/delivery.ts';
import { createWebhookReceiver } from '../../connector/webhooks/receiver.ts';
import type { HttpReceiver, ReceiverAnswer } from '../../platform/http-receiver.ts';
import { randomToken } from '../../platform/random.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { counted, mappedObjects } from '../answers.ts';
import { toldBy } from '../failure.ts';
import { isLoopback } from '../probe-way.ts';
import type { Observation, WritingContext } from '../question.ts';
import { makeRecord } from '../trial/trial-record.ts';
import { listRegistrations, register, unregister } from './registered.ts';

/** In the address of each registration of a check, so that a later one knows what was left behind. */
const PATH = '/dovetail-check/';
/** How long a delivery is waited for, ms. */
const PATIENCE_MS = 10_000;

const asked = 'a registration, a marked record, and the delivery about it; the registration is ended again';

/** The first object for which a record can be made, and an event tells of it. */
export function deliveredObject({ integration, marks }: Pick<WritingContext, 'integration' | 'marks'>, side: Side) {
  const { webhooks } = integration[side].connector;
  const told = Object.values(webhooks?.types ?? {}).filter(({ action }) => action === 'created');
  return mappedObjects(integration, side).find(
    ({ name, definition }) =>
      definition.create && told.some(({ object }) => object === name) && marks.fields(side, name) !== null,
  )?.name;
}

/** What came to the address so far. */
interface Inbox {
  events: WebhookEvent[];
  refused: Diagnostic | null;
  deliveries: number;
  /** Settled by each delivery. */
  next: PromiseWithResolvers<void>;
}

/** Has a real delivery come, and verifies it as every later one will be. */
export async function askDelivery(context: WritingContext, side: Side): Promise<Observation> {
  const { integration, connections } = context;
  const definition = integration[side].connector.webhooks;
  const object = deliveredObject(context, side);
  if (!definition?.register || object === undefined) {
    return { verdict: 'unknown', asked, facts: {}, found: 'No record can be made whose creation an event tells of' };
  }
  const inbox: Inbox = { events: [], refused: null, deliveries: 0, next: Promise.withResolvers() };
  const reader = new Reader(context, side, definition, inbox);
  const address = await openAddress(context, side, (request) => reader.take(request));
  if (!address.ok)
    return { verdict: 'unknown', asked, facts: {}, found: toldBy(address.error), ...nextOf(address.error) };
  const connection = connections[side];
  const swept = await endLeftovers(connection);
  const { made, failure } = await register(connection, definition, integration[side].variables, address.value.url);
  let observed: Observation;
  try {
    reader.useSecret(made.find(({ secret }) => secret !== null)?.secret ?? null, address.value.url);
    observed =
      failure && !failure.ok
        ? refusedBy(failure.error)
        : await tryDelivery(context, side, { object, inbox, swept, signed: definition.signature.scheme !== 'none' });
  } finally {
    await address.value.receiver.close();
  }
  const ids = made.map(({ id }) => id);
  const left = await unregister(connection, definition.register, ids);
  return left === 0 ? observed : { ...observed, findings: [stillRegistered(left)] };
}

interface Trial {
  object: string;
  inbox: Inbox;
  /** Registrations of earlier checks that were ended. */
  swept: number;
  signed: boolean;
}

async function tryDelivery(context: WritingContext, side: Side, trial: Trial): Promise<Observation> {
  const record = await makeRecord(context, side, trial.object);
  if (!record.ok) return { verdict: 'unknown', asked, facts: {}, found: toldBy(record.error) };
  const tookMs = await waitFor(context, trial.inbox, trial.object, record.value.id);
  return observe(trial, tookMs);
}

const stillRegistered = (left: number): Diagnostic => ({
  severity: 'warning',
  code: 'webhook-still-registered',
  summary: `${counted(left, 'registration')} of this check could not be ended`,
  next: `End it in the system: its address has ${PATH} in it`,
});

/** Reads deliveries by the secret that the system made for the registration, else by that of the connection. */
class Reader {
  readonly #context: WritingContext;
  readonly #side: Side;
  readonly #definition: WebhooksDefinition;
  readonly #inbox: Inbox;
  #secret: string | null = null;
  #url = '';

  constructor(context: WritingContext, side: Side, definition: WebhooksDefinition, inbox: Inbox) {
    this.#context = context;
    this.#side = side;
    this.#definition = definition;
    this.#inbox = inbox;
  }

  useSecret(secret: string | null, url: string): void {
    this.#secret = secret;
    this.#url = url;
  }

  take({
    method,
    headers,
    body,
  }: {
    method: string;
    headers: Record<string, string>;
    body: Uint8Array;
  }): ReceiverAnswer {
    const { signature } = this.#definition;
    const given = this.#context.integration[this.#side].variables;
    const name = 'secret' in signature ? /^\$\{(\w+)\}$/.exec(signature.secret)?.[1] : undefined;
    const variables = name === undefined || this.#secret === null ? given : { ...given, [name]: this.#secret };
    const receiver = createWebhookReceiver(this.#definition, variables);
    this.#inbox.deliveries += 1;
    if (!receiver.ok) {
      this.#inbox.refused = receiver.error;
      this.#inbox.next.resolve();
      return { status: 503, headers: {}, body: '' };
    }
    const now = this.#context.platform.clock.now();
    const received = receiver.value.receive({ method, url: this.#url, headers, body, now });
    if (received.kind === 'events') this.#inbox.events.push(...received.events);
    if (received.kind === 'refused') this.#inbox.refused = received.diagnostic;
    this.#inbox.next.resolve();
    return received.answer;
  }
}

/** Milliseconds until an event told of the record; null where none did in time. */
async function waitFor(
  { platform, signal }: WritingContext,
  inbox: Inbox,
  object: string,
  id: string,
): Promise<number | null> {
  const started = platform.clock.now();
  const stop = new AbortController();
  const end = platform.clock.sleep(PATIENCE_MS, AbortSignal.any([signal, stop.signal])).then(() => 'end' as const);
  try {
    for (;;) {
      if (inbox.events.some((event) => event.object === object && event.id === id))
        return platform.clock.now() - started;
      // The address is known to nobody else: what is refused is the system's own.
      if (inbox.refused) return null;
      inbox.next = Promise.withResolvers();
      if ((await Promise.race([inbox.next.promise, end])) === 'end') return null;
    }
  } finally {
    stop.abort();
  }
}

function observe({ object, inbox, swept, signed }: Trial, tookMs: number | null): Observation {
  const facts = { object, deliveries: inbox.deliveries, tookMs, leftoversEnded: swept };
  if (tookMs !== null) {
    return {
      verdict: 'holds',
      asked,
      facts,
      found: `A ${signed ? 'genuine delivery' : 'delivery, which is not signed,'} told of ${object} within ${tookMs} ms`,
    };
  }
  if (inbox.refused) {
    const found = `A delivery came and was refused: ${toldBy(inbox.refused)}`;
    return { verdict: 'contradicts', asked, facts, found, next: 'Check webhooks.signature of the connector' };
  }
  const came = inbox.deliveries === 0 ? 'Nothing came' : `${inbox.deliveries} came, none of them about the record,`;
  return {
    verdict: 'contradicts',
    asked,
    facts,
    found: `${came} within ${PATIENCE_MS / 1000} s`,
    next: 'Check webhooks.types and webhooks.event of the connector, and whether the system reaches this machine',
  };
}

const refusedBy = (error: Diagnostic): Observation => ({
  verdict: 'contradicts',
  asked,
  facts: { failure: error.code },
  found: `The registration was refused: ${toldBy(error)}`,
  next: error.next ?? 'Check webhooks.register of the connector',
});

const nextOf = ({ next }: Diagnostic) => (next === undefined ? {} : { next });

interface Address {
  url: string;
  receiver: HttpReceiver;
}

/** Where the system reaches this machine: as the file says, or on this machine where the system runs here as well. */
async function openAddress(
  { integration, platform }: WritingContext,
  side: Side,
  answer: (request: { method: string; headers: Record<string, string>; body: Uint8Array }) => ReceiverAnswer,
): Promise<Result<Address>> {
  const declared = integration.receiver;
  if (!declared && !isLoopback(integration[side])) return fail(noAddress());
  const path = `${PATH}${randomToken(platform.random)}`;
  const { openReceiver } = await import('../../platform/http-receiver.ts');
  const receiver = await openReceiver({ port: declared?.port ?? 0, everywhere: declared !== null }, (request) =>
    request.path.endsWith(path) ? answer(request) : { status: 404, headers: {}, body: '' },
  );
  if (!receiver.ok) return receiver;
  const base = declared?.url.replace(/\/+$/, '') ?? `http://127.0.0.1:${receiver.value.port}`;
  return ok({ url: base + path, receiver: receiver.value });
}

const noAddress = (): Diagnostic =>
  problem('receiver-unknown', 'The system can not reach this machine, as far as the file says', {
    next: 'Name the address that leads here: network: { receiver: { url: https://…, port: 8080 } }',
  });

/** Ends the registrations that an earlier check left behind because it was killed, and gives their number. */
export async function endLeftovers(connection: Connection): Promise<number> {
  const how = connection.connector.webhooks?.register;
  if (!how?.remove) return 0;
  const listed = await listRegistrations(connection, how);
  const old = (listed.ok ? (listed.value ?? []) : []).filter(({ url }) => url.includes(PATH));
  const ids = old.map(({ id }) => id);
  return old.length - (await unregister(connection, how, ids));
}
