import type { ConnectorDefinition } from '../../connector/definition.ts';
import type { RunEvent } from '../../engine/mapping-run.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import type { Action, FieldChange, PlanItem } from '../../planning/plan-item.ts';
import { sameValue } from '../../record/canonical.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import { nextId } from '../declared-system.ts';
import type { Played } from './play.ts';

/** The ids that a scenario gives to records which have others in a live system, and the texts that marks stand for. */
export class Aliases {
  readonly #integration: LoadedIntegration;
  readonly #names = new Map<string, Map<string, string>>();
  readonly #texts = new Map<string, Value>();
  /** Values that a system keeps unique, and what is sent for them. */
  readonly #sent = new Map<string, string>();

  constructor(integration: LoadedIntegration) {
    this.#integration = integration;
  }

  /** The scenario's ids of an object, by those of the system. */
  #of(side: Side, object: string): Map<string, string> {
    const key = `${side} ${object}`;
    const known = this.#names.get(key) ?? new Map<string, string>();
    this.#names.set(key, known);
    return known;
  }

  /** `name` null: the one that the next record gets in a scenario. */
  add(side: Side, object: string, id: string, name: string | null): void {
    const known = this.#of(side, object);
    const type = this.#connector(side).objects[object]?.id.type ?? 'string';
    known.set(id, name ?? nextId(type, known.values()));
  }

  /** Wherever the scenario says this text, another one is sent: archived records of an earlier play may have the first. */
  replaces(text: string, sent: string): void {
    this.#sent.set(text, sent);
    this.#texts.set(sent, text);
  }

  /** A mark stands where the scenario says this. */
  stands(mark: string, text: Value): void {
    this.#texts.set(mark, text);
  }

  has = (side: Side, object: string, id: string): boolean => this.#of(side, object).has(id);
  nameOf = (side: Side, object: string, id: string): string => this.#of(side, object).get(id) ?? id;

  /** The system's id of what the scenario calls so. */
  idOf(side: Side, object: string, name: string): string {
    return [...this.#of(side, object)].find(([, known]) => known === name)?.[0] ?? name;
  }

  #connector(side: Side): ConnectorDefinition {
    return this.#integration[side].connector;
  }

  /** References by the ids of the system, as they are sent. */
  sent(side: Side, object: string, fields: Fields): Fields {
    const own = this.#mapped(side, object, fields, (referred, value) => this.idOf(side, referred, value));
    const sent = (value: Value) => (typeof value === 'string' ? (this.#sent.get(value) ?? value) : value);
    return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, sent(value)]));
  }

  /** References by the names of the scenario, and its texts in place of marks. */
  told(side: Side, object: string, fields: Fields): Fields {
    const plain = this.#mapped(side, object, fields, (referred, value) => this.nameOf(side, referred, value));
    return Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, this.#text(value)]));
  }

  #text(value: Value): Value {
    return typeof value === 'string' ? (this.#texts.get(value) ?? value) : value;
  }

  #mapped(side: Side, object: string, fields: Fields, change: (object: string, id: string) => string): Fields {
    const declared = this.#connector(side).objects[object]?.fields ?? {};
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        const referred = declared[name]?.reference;
        const isReference = referred !== undefined && typeof value === 'string';
        return [name, isReference ? change(referred, value) : value];
      }),
    );
  }

  /** What came of a live play, in the words of the scenario. */
  retold(played: Played): Played {
    const parked = played.parked.map((one) => {
      const object = this.#objects(one.mapping)[one.side];
      const diagnostic = this.#diagnostic(one.mapping, one.diagnostic);
      return { ...one, id: this.nameOf(one.side, object, one.id), diagnostic };
    });
    return { ...played, parked, plan: played.plan.map((event) => this.#event(event)) };
  }

  #objects(mapping: string): Record<Side, string> {
    return this.#integration.mappings.find(({ name }) => name === mapping)?.objects ?? { a: '', b: '' };
  }

  #event(event: RunEvent): RunEvent {
    return event.type === 'item' ? { ...event, item: this.#item(event.mapping, event.item) } : event;
  }

  #item(mapping: string, item: PlanItem): PlanItem {
    const objects = this.#objects(mapping);
    const name = (side: Side, id: string | null) => (id === null ? null : this.nameOf(side, objects[side], id));
    const actions: PlanItem['actions'] = {};
    for (const side of SIDES) {
      const action = item.actions[side];
      if (!action) continue;
      const told = this.#action(side, objects[side], { ...action, id: name(side, action.id) });
      if (told) actions[side] = told;
    }
    const { park } = item;
    const parked = park && {
      ...park,
      id: this.nameOf(park.side, objects[park.side], park.id),
      diagnostic: this.#diagnostic(mapping, park.diagnostic),
    };
    return { ...item, a: name('a', item.a), b: name('b', item.b), actions, park: parked };
  }

  /** Null for an update of nothing but marks. */
  #action(side: Side, object: string, action: Action): Action | null {
    const changes = this.#changes(side, object, action.changes);
    const later = this.#changes(side, object, action.later);
    return action.kind === 'update' && changes.length + later.length === 0 ? null : { ...action, changes, later };
  }

  #changes(side: Side, object: string, changes: readonly FieldChange[]): FieldChange[] {
    return changes.flatMap((change) => {
      const told = (value: Value) => this.told(side, object, { [change.field]: value })[change.field] ?? null;
      const [value, from] = [told(change.value), change.from === undefined ? undefined : told(change.from)];
      const isMark = from !== undefined && sameValue(value, from);
      return isMark ? [] : [{ ...change, value, from }];
    });
  }

  /** Ids in messages are words of their own. */
  #diagnostic(mapping: string, diagnostic: Diagnostic): Diagnostic {
    const objects = this.#objects(mapping);
    let { summary } = diagnostic;
    for (const side of SIDES) {
      for (const [id, name] of this.#of(side, objects[side])) {
        const words = summary.split(/([^\w-]+)/);
        summary = words.map((word) => (word === id ? name : word)).join('');
      }
    }
    return { ...diagnostic, summary };
  }
}
