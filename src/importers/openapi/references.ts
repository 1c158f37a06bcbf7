import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import { isTree, own, type Tree } from './tree.ts';

/** Gives the parsed document of a file that a reference names; null where it is not one of the allowed files. */
export type OtherFiles = (name: string, from: string) => { file: string; root: Tree } | null;

const MOST_HOPS = 32;
/** What one import may look at, in properties: beyond it a document multiplies itself. */
const MOST_STEPS = 1_500_000;

/** Thrown inside the importer only, and turned into its diagnostic where the import begins. */
export class ImportStopped extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.code);
    this.diagnostic = diagnostic;
  }
}

/** What a reference leads to, or that it leads nowhere; circles end. */
export class References {
  readonly #root: Tree;
  readonly #file: string;
  readonly #others: OtherFiles;
  /** In which file a part of another file stands, for the references within it. */
  readonly #homes = new WeakMap<object, { file: string; root: Tree }>();
  readonly #refused = new Map<string, Diagnostic>();
  #steps = 0;

  constructor(root: Tree, file: string, others: OtherFiles = () => null) {
    this.#root = root;
    this.#file = file;
    this.#others = others;
  }

  /** Counts work, so that a document that multiplies itself ends as a diagnostic. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw new ImportStopped(multiplies(this.#file));
  }

  /** References that lead nowhere or may not be followed. */
  get refused(): Diagnostic[] {
    return [...this.#refused.values()];
  }

  /** The object itself where `value` is one, what its `$ref` leads to where it has one, else null. */
  resolve(value: unknown): Tree | null {
    let now = value;
    const seen = new Set<string>();
    for (let hop = 0; hop < MOST_HOPS; hop++) {
      this.spend(1);
      if (!isTree(now)) return null;
      const ref = own(now, '$ref');
      if (typeof ref !== 'string') return now;
      const home = this.#homes.get(now) ?? { file: this.#file, root: this.#root };
      const key = `${home.file} ${ref}`;
      if (seen.has(key)) return null;
      seen.add(key);
      now = this.#follow(ref, home);
    }
    return null;
  }

  #follow(ref: string, home: { file: string; root: Tree }): unknown {
    const hash = ref.indexOf('#');
    const name = hash < 0 ? ref : ref.slice(0, hash);
    const pointer = hash < 0 ? '' : ref.slice(hash + 1);
    const target = name === '' ? home : this.#others(name, home.file);
    if (!target) {
      this.#refuse(ref, foreignReference(name, home.file));
      return undefined;
    }
    const found = atPointer(target.root, pointer);
    if (found === undefined) this.#refuse(ref, deadReference(ref, home.file));
    else if (target.root !== this.#root) this.#settle(found, target);
    return found;
  }

  /** Marks a part of another file with that file: references in it begin there. */
  #settle(part: unknown, home: { file: string; root: Tree }): void {
    const open: unknown[] = [part];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      if (value === null || typeof value !== 'object' || this.#homes.has(value)) continue;
      this.spend(1);
      this.#homes.set(value, home);
      for (const inner of Object.values(value)) if (inner !== undefined) open.push(inner);
    }
  }

  #refuse(ref: string, diagnostic: Diagnostic): void {
    if (this.#refused.size < 20) this.#refused.set(ref, diagnostic);
  }
}

function atPointer(root: Tree, pointer: string): unknown {
  if (pointer === '') return root;
  if (!pointer.startsWith('/')) return undefined;
  let value: unknown = root;
  for (const step of pointer.slice(1).split('/')) {
    const key = unescaped(step);
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isTree(value)) value = own(value, key);
    else return undefined;
  }
  return value;
}

function unescaped(step: string): string {
  const plain = step.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

const shown = (text: string) => text.slice(0, 120);

function foreignReference(name: string, file: string): Diagnostic {
  const remote = /^[a-z][a-z0-9+.-]*:|^\/\//i.test(name);
  return {
    ...problem('reference-refused', 'A reference leads out of the document', {
      detail: remote
        ? `$ref to ${shown(name)}: no address is fetched for a reference.`
        : `$ref to ${shown(name)}: only files that were allowed are read.`,
      where: { file },
      next: remote
        ? 'Import a document that holds all its parts, e.g. made by `redocly bundle`'
        : 'Allow the folder of the files with --refs FOLDER, or import a document that holds all its parts',
    }),
    severity: 'warning',
  };
}

const deadReference = (ref: string, file: string): Diagnostic => ({
  ...problem('reference-dead', 'A reference leads nowhere', { detail: `$ref to ${shown(ref)}.`, where: { file } }),
  severity: 'warning',
});

const multiplies = (file: string): Diagnostic =>
  problem('description-refused', 'The document multiplies itself by its references', {
    where: { file },
    next: 'Import a document with fewer combined schemas (allOf, oneOf, anyOf)',
  });
