import type { ConnectorDefinition } from '../../connector/definition.ts';
import type { OptionDefinition } from '../../connector/field.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Sender } from './sender.ts';

type OptionList = ConnectorDefinition['option_lists'][string];

/** Reads a list of options from its endpoint. */
export async function readOptions(sender: Sender, name: string, list: OptionList): Promise<Result<OptionDefinition[]>> {
  const sent = await sender.send({ kind: 'reads', method: 'GET', path: list.path, repeatable: true });
  if (!sent.ok) return fail(sent.diagnostic);
  const items = wireReader(list.records)(sent.data);
  const options = Array.isArray(items) ? items.map(compileOption(list)) : [null];
  const read = options.filter((option) => option !== null);
  if (read.length < options.length) {
    return fail(
      problem('options-unreadable', `The options of ${name} can not be read`, {
        next: `Check option_lists.${name} in the connector`,
      }),
    );
  }
  return ok(read);
}

function compileOption(list: OptionList): (item: unknown) => OptionDefinition | null {
  const valueIn = wireReader(list.value);
  const keyIn = wireReader(list.key);
  const labelIn = wireReader(list.label ?? list.key);
  return (item) => {
    const value = valueIn(item);
    const key = keyIn(item);
    const label = labelIn(item);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
    if (typeof key !== 'string' && typeof key !== 'number') return null;
    return { value, key: String(key), ...(typeof label === 'string' ? { label } : {}) };
  };
}

/** Asks for one more option. What came of it only the list tells: some systems answer anything, and it may be there already. */
export async function addOption(
  sender: Sender,
  list: OptionList,
  { key, label }: { key: string; label: string },
): Promise<Diagnostic | null> {
  if (!list.create) return null;
  const { method, path = list.path, key: keyAt, label: labelAt, constant } = list.create;
  const body = JSON.stringify({ ...constant, [keyAt]: key, ...(labelAt === undefined ? {} : { [labelAt]: label }) });
  const headers = { 'content-type': 'application/json' };
  const sent = await sender.send({ kind: 'writes', method, path, body, headers, repeatable: false });
  return sent.ok ? null : sent.diagnostic;
}

export const notAdded = (name: string, why: Diagnostic | null): Diagnostic =>
  why ?? problem('option-not-added', `The system did not add the option to ${name}, and did not say why`);
