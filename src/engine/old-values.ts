import { compileCodec } from '../connector/codec.ts';
import type { Connection } from '../connector/port.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Action, FieldChange, PlanItem } from '../planning/plan-item.ts';
import type { Side } from '../record/side.ts';

/**
 * Reads what a planned update would overwrite, where the plan did not have to know: a record that has not changed since
 * the last run is not read for deciding, but a person wants to see the old value beside the new one. Of the shown
 * records only.
 */
export async function fillOldValues(
  integration: LoadedIntegration,
  connections: Record<Side, Connection>,
  mappings: readonly { objects: Record<Side, string>; items: readonly PlanItem[] }[],
): Promise<void> {
  for (const mapping of mappings) {
    for (const side of ['a', 'b'] as const) {
      const open = mapping.items.flatMap((item) => {
        const action = item.actions[side];
        return action && !item.park && needsOldValues(action) ? [action] : [];
      });
      if (open.length > 0) await fill(integration, connections[side], side, mapping.objects[side], open);
    }
  }
}

const needsOldValues = (action: Action): boolean =>
  action.kind === 'update' && action.id !== null && action.changes.some((change) => change.from === undefined);

async function fill(
  integration: LoadedIntegration,
  connection: Connection,
  side: Side,
  object: string,
  actions: readonly Action[],
): Promise<void> {
  const definition = integration[side].connector.objects[object];
  if (!definition || !connection.capabilities(object).get) return;
  const codec = compileCodec(definition, (list) => connection.options(list));
  const outcomes = await connection.get(
    object,
    actions.map((action) => action.id ?? ''),
  );
  for (const [index, action] of actions.entries()) {
    const outcome = outcomes[index];
    if (outcome?.kind !== 'present') continue;
    const { fields } = codec.decode(
      outcome.record.wire,
      action.changes.map((change) => change.field),
    );
    action.changes = action.changes.map(
      (change): FieldChange => ({ ...change, from: change.from === undefined ? fields[change.field] : change.from }),
    );
  }
}
