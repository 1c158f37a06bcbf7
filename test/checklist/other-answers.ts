import type { ConnectorDefinition } from '../../src/connector/definition.ts';
import type { Bend } from '../check-world.ts';
import { type Case, connectorOf } from './case.ts';

export type Answer = ReturnType<Bend>;

export const answerOf = (status: number, body = '', type = 'application/json'): Answer => ({
  status,
  headers: { 'content-type': type },
  body,
});
export const page = answerOf(200, '<!doctype html><p>Welcome', 'text/html');

/** What begins with a path is answered otherwise. */
export const at = (system: 'crm' | 'erp', path: string, answer: Answer, method?: string) => ({
  bend: {
    [system]: ((request, rest) =>
      request.path.startsWith(path) && (method === undefined || request.method === method)
        ? answer
        : rest(request)) satisfies Bend,
  },
});

export const erp =
  (change: (connector: ConnectorDefinition) => void): NonNullable<Case['change']> =>
  (integration) =>
    change(connectorOf(integration, 'erp'));

const SYSTEMS = ['crm', 'erp'] as const;

export const yes = (question: string, probe: string, found: string | RegExp): Case[] =>
  SYSTEMS.map((system) => ({
    question,
    probe,
    system,
    variant: 'yes',
    what: 'as declared',
    expect: 'verified',
    found,
  }));
