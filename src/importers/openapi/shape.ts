import type { References } from './references.ts';
import { isTree, listAt, numberAt, own, type Tree, textAt, treeAt } from './tree.ts';

export type Kind = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'unknown';

export interface Property {
  schema: unknown;
  required: boolean;
}

/** A schema with its references followed and its combinations merged, one level deep. */
export interface Shape {
  kind: Kind;
  format: string;
  title: string;
  description: string;
  nullable: boolean;
  readOnly: boolean;
  writeOnly: boolean;
  /** Texts, numbers and truth values it is limited to. */
  options: readonly (string | number | boolean)[] | null;
  properties: ReadonlyMap<string, Property>;
  items: unknown;
  maxLength?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  pattern?: string | undefined;
  fallback?: unknown;
  example?: unknown;
}

const EMPTY: Shape = {
  kind: 'unknown',
  format: '',
  title: '',
  description: '',
  nullable: false,
  readOnly: false,
  writeOnly: false,
  options: null,
  properties: new Map(),
  items: undefined,
};

const DEEPEST = 24;

/** Reads schemas; each is worked out once, and one that holds itself ends there. */
export class Shapes {
  readonly #references: References;
  readonly #known = new WeakMap<object, Shape>();
  readonly #open = new Set<object>();

  constructor(references: References) {
    this.#references = references;
  }

  of(schema: unknown): Shape {
    const root = this.#references.resolve(schema);
    if (!root) return EMPTY;
    const shape = this.#shapeOf(root);
    // Beside a reference, 3.1 allows what is said of this use of it.
    if (!isTree(schema) || schema === root) return shape;
    const beside = { readOnly: own(schema, 'readOnly') === true, description: textAt(schema, 'description') };
    if (!beside.readOnly && !beside.description) return shape;
    return {
      ...shape,
      readOnly: shape.readOnly || beside.readOnly,
      description: beside.description ?? shape.description,
    };
  }

  #shapeOf(root: Tree): Shape {
    const known = this.#known.get(root);
    if (known) return known;
    if (this.#open.has(root) || this.#open.size > DEEPEST) return EMPTY;
    this.#open.add(root);
    const shape = this.#combined(root);
    this.#open.delete(root);
    this.#known.set(root, shape);
    return shape;
  }

  #combined(root: Tree): Shape {
    let shape = this.#plain(root);
    for (const part of listAt(root, 'allOf')) shape = this.#merged(shape, this.of(part), true);
    for (const key of ['oneOf', 'anyOf'] as const) {
      const parts = listAt(root, key);
      if (parts.length > 0) shape = this.#merged(shape, this.#alternatives(parts), true);
    }
    return shape;
  }

  /** One of several: what any may hold; required is what all require. */
  #alternatives(parts: readonly unknown[]): Shape {
    const shapes = parts.slice(0, 200).map((part) => this.of(part));
    const real = shapes.filter((shape, place) => !isNull(this.#references.resolve(parts[place])) && shape !== EMPTY);
    const nullable = real.length < shapes.length || real.some((shape) => shape.nullable);
    const kinds = new Set(real.map((shape) => shape.kind));
    const [first] = real;
    if (!first) return { ...EMPTY, nullable };
    // An id or the whole record: what stands first is what comes unasked.
    if (kinds.size > 1) return { ...first, nullable, options: null, format: '' };
    let shape = first;
    for (const other of real.slice(1)) shape = this.#merged(shape, other, false);
    const sameFormat = real.every((one) => one.format === first.format);
    return { ...shape, nullable, format: sameFormat ? first.format : '' };
  }

  #merged(a: Shape, b: Shape, both: boolean): Shape {
    this.#references.spend(1 + b.properties.size);
    const properties = new Map(a.properties);
    if (!both) {
      for (const [name, { schema, required }] of properties) {
        if (required && !b.properties.get(name)?.required) properties.set(name, { schema, required: false });
      }
    }
    for (const [name, property] of b.properties) {
      const there = properties.get(name);
      const required = both ? property.required || there?.required === true : there?.required === true;
      properties.set(name, { schema: there ? richer(there.schema, property.schema) : property.schema, required });
    }
    const options = both ? (a.options ?? b.options) : a.options && b.options ? [...a.options, ...b.options] : null;
    return {
      ...b,
      ...withoutGaps(a),
      kind: a.kind === 'unknown' ? b.kind : a.kind,
      format: a.format || b.format,
      title: a.title || b.title,
      description: a.description || b.description,
      nullable: a.nullable || b.nullable,
      readOnly: a.readOnly || b.readOnly,
      writeOnly: a.writeOnly || b.writeOnly,
      options: options ? [...new Set(options)] : null,
      properties,
      items: a.items ?? b.items,
    };
  }

  #plain(root: Tree): Shape {
    const properties = new Map<string, Property>();
    const required = new Set(listAt(root, 'required'));
    const declared = Object.entries(treeAt(root, 'properties'));
    this.#references.spend(declared.length);
    for (const [name, schema] of declared) properties.set(name, { schema, required: required.has(name) });
    const types = typesOf(root);
    const values = own(root, 'const') !== undefined ? [own(root, 'const')] : listAt(root, 'enum');
    const options = values.filter((value) => ['string', 'number', 'boolean'].includes(typeof value));
    return {
      kind: kindOf(types, properties.size > 0, own(root, 'items') !== undefined),
      format: textAt(root, 'format') ?? '',
      title: textAt(root, 'title') ?? '',
      description: textAt(root, 'description') ?? '',
      nullable: own(root, 'nullable') === true || own(root, 'x-nullable') === true || types.includes('null'),
      readOnly: own(root, 'readOnly') === true,
      writeOnly: own(root, 'writeOnly') === true,
      options: options.length > 0 ? options.filter(isScalar) : null,
      properties,
      items: own(root, 'items'),
      maxLength: numberAt(root, 'maxLength'),
      minimum: numberAt(root, 'minimum'),
      maximum: numberAt(root, 'maximum'),
      pattern: textAt(root, 'pattern'),
      fallback: own(root, 'default'),
      example: own(root, 'example') ?? listAt(root, 'examples')[0],
    };
  }
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const isNull = (schema: Tree | null) => schema !== null && own(schema, 'type') === 'null';

function typesOf(root: Tree): unknown[] {
  const type = own(root, 'type');
  return Array.isArray(type) ? type : [type];
}

const KINDS: readonly Kind[] = ['object', 'array', 'string', 'integer', 'number', 'boolean'];

function kindOf(types: readonly unknown[], hasProperties: boolean, hasItems: boolean): Kind {
  const declared = KINDS.find((kind) => types.includes(kind));
  if (declared) return declared;
  if (hasProperties) return 'object';
  return hasItems ? 'array' : 'unknown';
}

/** Of two schemas of one property, the one that says more than its name. */
const richer = (a: unknown, b: unknown): unknown => (isTree(a) && Object.keys(a).length > 0 ? a : b);

const withoutGaps = (shape: Shape): Partial<Shape> =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
