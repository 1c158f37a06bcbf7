import { type ConnectorDefinition, connectorSchema, type ObjectDefinition } from '../../connector/definition.ts';
import { isWire } from '../../connector/wire-path.ts';
import { withAddedFields } from '../../connector/within/complete.ts';
import type { Change } from './finding.ts';

type Plain = Record<string, unknown>;

/** The connector as it is known so far: what the file says, with what has been learnt since. */
export class Draft {
  #data: Plain;
  #connector: ConnectorDefinition;
  readonly #declared: Plain;

  constructor(data: Plain, connector: ConnectorDefinition) {
    this.#data = data;
    this.#declared = data;
    this.#connector = connector;
  }

  get connector(): ConnectorDefinition {
    return this.#connector;
  }

  object(name: string): ObjectDefinition {
    const found = this.#connector.objects[name];
    if (!found) throw new Error(`The connector declares no object ${name}`);
    return found;
  }

  /** What the file says at a path, without defaults; undefined where it says nothing. */
  declared(path: readonly string[]): unknown {
    return valueAt(this.#declared, path);
  }

  /** What is known now at a path. */
  known(path: readonly string[]): unknown {
    return valueAt(this.#data, path);
  }

  /** False where the connector would not be a valid one any more; then nothing is changed. */
  apply(changes: readonly Change[]): boolean {
    let data = this.#data;
    for (const change of changes) data = changed(data, change);
    const parsed = connectorSchema.safeParse(data);
    if (!parsed.success) return false;
    this.#data = data;
    this.#connector = withAddedFields(parsed.data);
    return true;
  }
}

export function valueAt(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const step of path) value = isWire(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  return value;
}

function changed(data: Plain, change: Change): Plain {
  const [step = '', ...rest] = change.path;
  if (rest.length > 0) {
    const inner = Object.hasOwn(data, step) ? data[step] : undefined;
    return { ...data, [step]: changed(isPlain(inner) ? inner : {}, { ...change, path: rest }) };
  }
  const { [step]: old, ...others } = data;
  if ('rename' in change) return old === undefined ? data : { ...others, [change.rename]: old };
  return change.value === undefined ? others : { ...data, [step]: change.value };
}

const isPlain = (value: unknown): value is Plain => isWire(value) && !Array.isArray(value);
