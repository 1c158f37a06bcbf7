import { z } from 'zod';
import type { WebhooksDefinition } from '../../connector/definition.ts';
import type { Connection } from '../../connector/port.ts';
import type { Variables } from '../../connector/template.ts';
import { registrations } from '../../connector/webhooks/registration.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';

type Register = NonNullable<WebhooksDefinition['register']>;

/** A registration as the system lists it. */
export interface Listed {
  id: string;
  url: string;
}

/** A registration that was made. */
export interface Made {
  id: string;
  /** That the system made for it; null where it makes none. */
  secret: string | null;
}

/** The registrations that the system has; null where the connector does not say how they are listed. */
export async function listRegistrations(connection: Connection, { list }: Register): Promise<Result<Listed[] | null>> {
  if (!list) return ok(null);
  const answer = await connection.ask({ method: 'GET', path: list.path });
  if (!answer.ok) return answer;
  const found = wireReader(list.records)(answer.value);
  const [id, url] = [wireReader(list.id), wireReader(list.url)];
  return ok((Array.isArray(found) ? found : []).map((one) => ({ id: textOf(id(one)), url: textOf(url(one)) })));
}

/** Asks for deliveries to an address. What was made before a failure is given back with it, to be ended. */
export async function register(
  connection: Connection,
  definition: WebhooksDefinition,
  variables: Variables,
  url: string,
): Promise<{ made: Made[]; failure: Result<never> | null }> {
  const requests = registrations(definition, variables, url);
  if (!requests.ok) return { made: [], failure: requests };
  const made: Made[] = [];
  for (const { method, path, body } of requests.value ?? []) {
    const answer = await connection.ask({ method, path, body });
    if (!answer.ok) return { made, failure: answer };
    const read = (at: string | undefined) => (at === undefined ? '' : textOf(wireReader(at)(answer.value)));
    const id = read(definition.register?.id);
    if (id === '')
      return { made, failure: fail(problem('webhook-nameless', 'The system gave the registration no id')) };
    made.push({ id, secret: read(definition.register?.secret) || null });
  }
  return { made, failure: null };
}

/** Ends registrations. Gives how many the system would not end. */
export async function unregister(
  connection: Connection,
  { remove }: Register,
  ids: readonly string[],
): Promise<number> {
  let left = 0;
  for (const id of ids) {
    const path = remove?.path.replaceAll('{id}', encodeURIComponent(id));
    const answer = path === undefined ? null : await connection.ask({ method: 'DELETE', path });
    if (!answer?.ok) left += 1;
  }
  return left;
}

function textOf(value: unknown): string {
  const parsed = z.union([z.string(), z.number()]).safeParse(value);
  return parsed.success ? String(parsed.data) : '';
}
