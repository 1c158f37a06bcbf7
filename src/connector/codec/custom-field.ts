import type { ObjectDefinition } from '../definition.ts';
import type { Wire } from '../port.ts';
import { compileReader, compileWriter, ownOf, setOwn } from './path.ts';

export type CustomFields = NonNullable<ObjectDefinition['custom_fields']>;

/** Where one field stands in a wire record. */
export interface FieldPlace {
  /** Number of segments of its path: outer places are written first. */
  depth: number;
  read(wire: Wire): unknown;
  write(wire: Wire, value: unknown): void;
}

export function compilePath(path: string): FieldPlace {
  return { depth: path.split('.').length, read: compileReader(path), write: compileWriter(path) };
}

/**
 * A custom field by its key: a property of the container, or one pair of a list such as
 * `[{ "id": 3, "value": "won" }]`. Without a container, custom fields stand among the others.
 */
export function compileCustom(key: string, declared: CustomFields): FieldPlace {
  const container = declared.container === '' ? null : compilePath(declared.container);
  const depth = (container?.depth ?? 0) + 1;
  const name = declared.prefix + key;
  if (declared.form === 'object') {
    return {
      depth,
      read: (wire) => ownOf(container ? container.read(wire) : wire, name),
      write(wire, value) {
        if (container) container.write(wire, withOwn(container.read(wire), name, value));
        else setOwn(wire, name, value);
      },
    };
  }
  const isPair = (item: unknown) => String(ownOf(item, declared.key)) === name;
  const list = container ?? compilePath('custom_fields');
  const written = declared.key_type === 'integer' ? Number(name) : name;
  return {
    depth,
    read: (wire) => ownOf(listIn(list.read(wire)).find(isPair), declared.value),
    write(wire, value) {
      const others = listIn(list.read(wire)).filter((item) => !isPair(item));
      list.write(wire, [...others, { [declared.key]: written, [declared.value]: value }]);
    },
  };
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function withOwn(value: unknown, name: string, content: unknown): Wire {
  const copy: Wire = typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  setOwn(copy, name, content);
  return copy;
}
