import { SIDES, type Side } from '../../src/record/side.ts';
import type { MappingName } from './fields.ts';
import { lets } from './rules.ts';
import type { WorldSpec } from './spec.ts';
import type { Tracked } from './tracked.ts';

/** Which records the filter of their mapping keeps out, or ever kept out; a mapping may be edited meanwhile. */
export class Filtered {
  readonly #tracked: ReadonlyMap<string, Tracked>;
  readonly #spec: WorldSpec;
  /** What an earlier filter kept out was kept out, whatever the mapping says now. */
  readonly #before = new Set<string>();

  /** `tracked`: by `mapping side id`. */
  constructor(tracked: ReadonlyMap<string, Tracked>, spec: WorldSpec) {
    this.#tracked = tracked;
    this.#spec = spec;
  }

  readonly isOutside = (mapping: MappingName, side: Side, id: string): boolean =>
    this.#tracked.get(`${mapping} ${side} ${id}`)?.outside != null;

  /** Whether a record was ever kept out by the filter. */
  readonly wasOutside = (mapping: MappingName, side: Side, id: string): boolean => {
    const { rules } = this.#spec.policies[mapping];
    const key = `${mapping} ${side} ${id}`;
    const isNow = this.#tracked.get(key)?.held.some((raw) => !lets(rules, mapping, side, raw)) === true;
    return isNow || this.#before.has(key);
  };

  /** To be called around an edit of the mapping. */
  beforeRevision(mapping: MappingName): void {
    for (const [key, { outside }] of this.#tracked)
      if (key.startsWith(`${mapping} `) && outside !== null) this.#before.add(key);
  }

  afterRevision(mapping: MappingName, now: number): void {
    const { rules } = this.#spec.policies[mapping];
    for (const side of SIDES) {
      for (const [key, one] of this.#tracked) {
        if (!key.startsWith(`${mapping} ${side} `)) continue;
        one.outside = lets(rules, mapping, side, one.raw) ? null : (one.outside ?? now);
      }
    }
  }
}
