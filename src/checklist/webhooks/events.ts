import type { WebhooksDefinition } from '../../connector/definition.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import type { Side } from '../../record/side.ts';
import { listed, mappedObjects } from '../answers.ts';
import { eachKind } from '../each-kind.ts';

/** The actions that mappings follow, as a webhook tells of them. */
const ACTIONS = [
  ['create', 'created'],
  ['update', 'updated'],
  ['delete', 'deleted'],
] as const;
type Action = (typeof ACTIONS)[number][1];

/** Events that the mappings follow on a side: `companies created`. A part or line changes with its whole. */
export function neededEvents(integration: LoadedIntegration, side: Side): { object: string; action: Action }[] {
  const needed = new Map<string, { object: string; action: Action }>();
  for (const { name, definition, mappings } of mappedObjects(integration, side)) {
    const whole = definition.part_of?.object ?? definition.lines_of?.object;
    for (const [event, action] of ACTIONS) {
      if (mappings.every((mapping) => mapping.propagate[side][event] === 'ignore')) continue;
      const one = whole === undefined ? { object: name, action } : ({ object: whole, action: 'updated' } as const);
      needed.set(`${one.object} ${one.action}`, one);
    }
  }
  return [...needed.values()];
}

/** Those of them that the connector names no event for. */
export function missingEvents(integration: LoadedIntegration, side: Side, { types }: WebhooksDefinition): string[] {
  const told = Object.values(types);
  return neededEvents(integration, side)
    .filter(({ object, action }) => !told.some((type) => type.object === object && type.action === action))
    .map(({ object, action }) => `${object} ${action}`);
}

/** What a connector says of its webhooks, in short. */
export function webhooksText(integration: LoadedIntegration, side: Side, definition: WebhooksDefinition): string {
  const { register, types } = definition;
  const by = register ? 'registered by API' : 'registered by hand';
  const told = eachKind(mappedObjects(integration, side), ({ name }) => {
    const actions = ACTIONS.map(([, action]) => action).filter((action) =>
      Object.values(types).some((type) => type.object === name && type.action === action),
    );
    return actions.length === 0 ? null : listed(actions);
  });
  return [by, SIGNATURES[definition.signature.scheme], ...(told ? [`events: ${told}`] : [])].join('; ');
}

const SIGNATURES: Record<WebhooksDefinition['signature']['scheme'], string> = {
  none: 'not signed',
  basic: 'with user and password',
  standard_webhooks: 'signed (Standard Webhooks)',
  hmac: 'signed (HMAC)',
  hash: 'signed (hash)',
};
