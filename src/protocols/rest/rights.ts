import type { Authenticator } from '../../connector/auth/credentials.ts';
import type { ConnectorDefinition } from '../../connector/definition.ts';
import { grantsOf, namesIn, type Rights } from '../../connector/rights.ts';
import { fillDeep, fillVariables, type Variables } from '../../connector/template.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Sender } from './sender.ts';

type Asking = NonNullable<NonNullable<ConnectorDefinition['rights']>['request']>;

/**
 * What the credentials may do: by the request that the connector declares for it, else by the scopes in the answer to the
 * token request (RFC 6749, 5.1). Null where neither tells.
 */
export async function readRights(
  sender: Sender,
  definition: ConnectorDefinition,
  variables: Variables,
  authenticator: Authenticator | null,
): Promise<Result<Rights | null>> {
  const credentials = authenticator?.current() ? null : await authenticator?.renew(null);
  if (credentials && !credentials.ok) return credentials;
  const { request } = definition.rights ?? {};
  if (request) {
    const names = await askNames(sender, request, variables, authenticator?.token?.() ?? '');
    if (!names.ok) return names;
    return ok({ toldBy: `${request.method} ${withoutToken(request.path)}`, grants: grantsOf(definition, names.value) });
  }
  const scopes = authenticator?.scopes?.() ?? null;
  if (scopes === null) return ok(null);
  return ok({ toldBy: 'the answer to the token request', grants: grantsOf(definition, namesIn(scopes)) });
}

async function askNames(
  sender: Sender,
  { method, path, form, names }: Asking,
  variables: Variables,
  token: string,
): Promise<Result<string[]>> {
  const address = fillVariables(path, variables);
  if (!address.ok) return address;
  const body = fillDeep(form ?? {}, variables);
  if (!body.ok) return body;
  const sent = await sender.send({
    kind: 'auth',
    method,
    path: address.value.replaceAll('{token}', encodeURIComponent(token)),
    repeatable: true,
    ...(method === 'POST'
      ? {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(
            Object.entries(body.value).map(([key, text]) => [key, text.replaceAll('{token}', token)]),
          ).toString(),
        }
      : {}),
  });
  if (!sent.ok) return fail(sent.diagnostic);
  return ok([...new Set(names.flatMap((name) => namesIn(wireReader(name)(sent.data))))]);
}

/** The path as it is shown. */
const withoutToken = (path: string): string => path.replace(/\?.*$/s, '').replaceAll('{token}', '…');
