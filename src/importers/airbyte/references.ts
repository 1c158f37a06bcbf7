import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { at, isNode, type Node } from './node.ts';

/** Parts of the manifest that may be looked at while its references are followed. */
const MOST_PARTS = 1_000_000;
const DEEPEST = 200;

/**
 * The manifest with each `$ref` (and each text that is one) replaced by what it names. What stands beside a `$ref` goes
 * before what it names. References lead nowhere but into the manifest itself; what several name is held once.
 */
export function resolveReferences(manifest: Node): Result<Node> {
  const resolving = new Resolving(manifest);
  try {
    const resolved = resolving.value(manifest, 0);
    return isNode(resolved) ? ok(resolved) : fail(refused('The manifest is a reference.'));
  } catch (error) {
    if (error instanceof Unresolvable) return fail(refused(error.message));
    throw error;
  }
}

class Unresolvable extends Error {}

class Resolving {
  readonly #manifest: Node;
  readonly #known = new Map<string, unknown>();
  readonly #open = new Set<string>();
  #parts = 0;

  constructor(manifest: Node) {
    this.#manifest = manifest;
  }

  value(value: unknown, depth: number): unknown {
    this.#parts++;
    if (this.#parts > MOST_PARTS) throw new Unresolvable('Its references multiply to more than a million parts.');
    if (depth > DEEPEST) throw new Unresolvable(`It is nested more than ${DEEPEST} levels deep.`);
    if (Array.isArray(value)) return value.map((each) => this.value(each, depth + 1));
    if (typeof value === 'string' && value.startsWith('#/')) return this.#target(value, depth) ?? value;
    if (!isNode(value)) return value;
    const reference = at(value, '$ref');
    const own: Record<string, unknown> = {};
    for (const [key, each] of Object.entries(value)) {
      if (typeof reference === 'string' && key === '$ref') continue;
      Object.defineProperty(own, key, {
        // The manifest's own stock of parts is reached through references only.
        value: depth === 0 && STOCK.has(key) ? {} : this.value(each, depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    if (typeof reference !== 'string') return own;
    const target = this.#target(reference, depth);
    if (target === undefined) throw new Unresolvable(`It has no ${reference.slice(0, 100)}.`);
    return isNode(target) ? { ...target, ...own } : target;
  }

  #target(reference: string, depth: number): unknown {
    if (this.#known.has(reference)) return this.#known.get(reference);
    if (this.#open.has(reference)) throw new Unresolvable(`${reference.slice(0, 100)} refers to itself.`);
    if (!reference.startsWith('#/')) throw new Unresolvable(`${reference.slice(0, 100)} leads out of the manifest.`);
    const found = lookUp(this.#manifest, reference.slice(2).split('/'));
    if (found === undefined) return undefined;
    this.#open.add(reference);
    const resolved = this.value(found, depth + 1);
    this.#open.delete(reference);
    this.#known.set(reference, resolved);
    return resolved;
  }
}

const STOCK = new Set(['definitions', 'schemas', 'metadata']);

/** A key may hold slashes itself: the longest that fits is taken. */
function lookUp(manifest: Node, steps: readonly string[]): unknown {
  let value: unknown = manifest;
  for (let next = 0; next < steps.length; ) {
    let end = steps.length;
    while (end > next && child(value, steps.slice(next, end).join('/')) === undefined) end--;
    if (end === next) return undefined;
    value = child(value, steps.slice(next, end).join('/'));
    next = end;
  }
  return value;
}

function child(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isNode(value) ? at(value, key) : undefined;
}

const refused = (detail: string): Diagnostic =>
  problem('manifest-unresolvable', "The manifest's references can not be followed", { detail });
