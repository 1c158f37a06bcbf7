import type { ConnectorDefinition } from '../../connector/definition.ts';
import { milliseconds } from '../../connector/duration.ts';
import type { FieldDefinition, OptionDefinition } from '../../connector/field.ts';
import { type DataPath, explainIssues, readYaml } from '../../connector/yaml-document.ts';
import { Findings } from '../../integration/findings.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { valueOfType } from '../../integration/value-of-type.ts';
import { decimalOfNumber } from '../../record/decimal.ts';
import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import { assumedOptions } from './assumed-options.ts';
import type { ExpectedObject, NamedRecord, Scenario, ScenarioStep } from './scenario.ts';
import { type Edit, type ScenarioFile, type Step, scenarioSchema } from './schema.ts';

/** Reads a scenario. Fails with everything that is wrong with it, each with its line. */
export function loadScenario(
  text: string,
  file: string,
  integration: LoadedIntegration,
): Result<Scenario, Diagnostic[]> {
  const read = readYaml(text, file);
  if (!read.ok) return read;
  const parsed = scenarioSchema.safeParse(read.value.data);
  if (!parsed.success) return fail(explainIssues(parsed.error.issues, read.value, scenarioSchema));
  const findings = new Findings(read.value);
  const scenario = new Reader(integration, findings).scenario(file, parsed.data);
  return findings.failed ? fail(findings.sorted()) : ok(scenario);
}

class Reader {
  readonly #integration: LoadedIntegration;
  readonly #findings: Findings;

  constructor(integration: LoadedIntegration, findings: Findings) {
    this.#integration = integration;
    this.#findings = findings;
  }

  scenario(file: string, data: ScenarioFile): Scenario {
    const { plan = null, parked = [], ...objects } = data.then ?? {};
    const given = this.#objects(data.given, ['given']).flatMap(({ records }) => records);
    const steps = data.when.flatMap((step, index) => this.#step(step, ['when', index]));
    const expected = this.#objects(objects, ['then']);
    const scenario: Scenario = {
      file,
      name: data.scenario,
      why: data.why ?? null,
      notLive: data.not_live ?? null,
      start: Date.parse(data.start),
      options: { a: {}, b: {} },
      given,
      linked: this.#linked(data.linked, given),
      steps,
      expected:
        data.then === undefined
          ? null
          : {
              objects: expected,
              plan,
              parked: parked.flatMap((one, index) => this.#parked(one, ['then', 'parked', index])),
              where: this.#findings.place(['then']),
              planWhere: this.#findings.place(['then', 'plan']),
            },
    };
    const told = this.#options(data.options);
    for (const side of SIDES)
      scenario.options[side] = { ...assumedOptions(this.#integration, side, scenario), ...told[side] };
    return scenario;
  }

  #side(name: string, path: DataPath): Side | null {
    const { a, b } = this.#integration;
    const side = SIDES.find((one) => this.#integration[one].name === name) ?? null;
    if (!side) this.#findings.unknown('system-unknown', `There is no system "${name}"`, path, name, [a.name, b.name]);
    return side;
  }

  #connector(side: Side): ConnectorDefinition {
    return this.#integration[side].connector;
  }

  #known(side: Side, object: string, path: DataPath): boolean {
    const { objects } = this.#connector(side);
    if (Object.hasOwn(objects, object)) return true;
    const summary = `${this.#integration[side].name} has no object "${object}"`;
    this.#findings.unknown('object-unknown', summary, path, object, Object.keys(objects));
    return false;
  }

  #objects(systems: ScenarioFile['given'], path: DataPath): ExpectedObject[] {
    return Object.entries(systems).flatMap(([system, objects]) => {
      const side = this.#side(system, [...path, system]);
      if (!side) return [];
      return Object.entries(objects).flatMap(([object, records]) => {
        const at = [...path, system, object];
        if (!this.#known(side, object, at)) return [];
        const named = records.map(({ id, archived, ...fields }, index): NamedRecord => {
          const place = [...at, index];
          if (records.some((other, before) => before < index && other.id === id))
            this.#findings.error('record-twice', `${object} names the record ${id} twice`, place);
          return {
            side,
            object,
            id,
            archived,
            fields: this.#fields(side, object, fields, place),
            where: this.#findings.place(place),
          };
        });
        return [{ side, object, records: named, where: this.#findings.place(at) }];
      });
    });
  }

  #fields(side: Side, object: string, raw: Readonly<Record<string, unknown>>, path: DataPath): Fields {
    const declared = this.#connector(side).objects[object]?.fields ?? {};
    const fields: Fields = {};
    for (const [name, value] of Object.entries(raw)) {
      const field = Object.hasOwn(declared, name) ? declared[name] : undefined;
      if (!field) {
        const summary = `${object} of ${this.#integration[side].name} has no field "${name}"`;
        this.#findings.unknown('field-unknown', summary, [...path, name], name, Object.keys(declared));
        continue;
      }
      const canonical = canonicalValue(field, value);
      if (canonical !== undefined) fields[name] = canonical;
      else
        this.#findings.error('value-invalid', `${name} is no ${field.type} in canonical form`, [...path, name], {
          next: 'docs/types.md shows the form of each type.',
        });
    }
    return fields;
  }

  #step(step: Step, path: DataPath): ScenarioStep[] {
    if (step === 'sync' || step === 'approve') return [{ kind: step }];
    if ('wait' in step && typeof step.wait === 'string') return [{ kind: 'wait', ms: milliseconds(step.wait) }];
    return Object.entries(step).flatMap(([system, edit]): ScenarioStep[] => {
      const side = this.#side(system, path);
      return side && typeof edit === 'object' ? this.#edit(side, edit, [...path, system]) : [];
    });
  }

  #edit(side: Side, edit: Edit, path: DataPath): ScenarioStep[] {
    const kinds = ['create', 'update', 'delete', 'archive'] as const;
    const kind = kinds.find((one) => edit[one] !== undefined);
    const object = kind && edit[kind];
    if (!kind || object === undefined || !this.#known(side, object, [...path, kind])) return [];
    const fields = this.#fields(side, object, edit.set, [...path, 'set']);
    const where = this.#findings.place(path);
    return [{ kind: 'edit', edit: { kind, side, object, id: edit.id ?? null, fields, where } }];
  }

  #linked(linked: ScenarioFile['linked'], given: readonly NamedRecord[]): Scenario['linked'] {
    return Object.entries(linked).flatMap(([name, pairs]) => {
      const mapping = this.#mapping(name, ['linked', name]);
      if (!mapping) return [];
      return pairs.map(([a = '', b = ''], index) => {
        const path = ['linked', name, index];
        for (const [side, id] of [['a', a] as const, ['b', b] as const]) {
          const isThere = given.some(
            (one) => one.side === side && one.object === mapping.objects[side] && one.id === id,
          );
          if (!isThere)
            this.#findings.error(
              'record-unknown',
              `There is no ${mapping.objects[side]} ${id} among what is given`,
              path,
            );
        }
        return { mapping: name, ids: { a, b }, where: this.#findings.place(path) };
      });
    });
  }

  #mapping(name: string, path: DataPath) {
    const { mappings } = this.#integration;
    const mapping = mappings.find((one) => one.name === name);
    const known = mappings.map((one) => one.name);
    if (!mapping) this.#findings.unknown('mapping-unknown', `There is no mapping "${name}"`, path, name, known);
    return mapping;
  }

  #parked(
    { mapping, system, id, reason }: { mapping: string; system: string; id: string; reason: string },
    path: DataPath,
  ) {
    const side = this.#side(system, [...path, 'system']);
    this.#mapping(mapping, [...path, 'mapping']);
    return side ? [{ mapping, side, id, reason, where: this.#findings.place(path) }] : [];
  }

  #options(told: ScenarioFile['options']): Record<Side, Record<string, OptionDefinition[]>> {
    const lists: Record<Side, Record<string, OptionDefinition[]>> = { a: {}, b: {} };
    for (const [system, options] of Object.entries(told)) {
      const side = this.#side(system, ['options', system]);
      if (!side) continue;
      const known = Object.keys(this.#connector(side).option_lists);
      for (const [list, keys] of Object.entries(options)) {
        if (known.includes(list)) lists[side][list] = keys.map(optionOf);
        else
          this.#findings.unknown(
            'list-unknown',
            `${system} has no list of options "${list}"`,
            ['options', system, list],
            list,
            known,
          );
      }
    }
    return lists;
  }
}

/** An option whose value on the wire is not known: its key stands for it. */
export const optionOf = (key: string): OptionDefinition => ({ value: key, key });

/** A value of the file in the canonical form of its field; undefined where it is none. Numbers may stand for decimals. */
function canonicalValue(field: FieldDefinition, raw: unknown): Value | undefined {
  const value = toValue(raw);
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return value;
  if (typeof value === 'object') {
    const { amount } = value;
    return field.type === 'money' && typeof amount === 'number'
      ? { ...value, amount: decimalOfNumber(amount) ?? null }
      : value;
  }
  // Which options there are is a question for the system that is played.
  const isKey = field.type === 'option' || field.type === 'reference';
  return isKey ? String(value) : valueOfType(field, value);
}

function toValue(raw: unknown): Value | undefined {
  if (raw === null || typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean') return raw;
  if (Array.isArray(raw)) return raw.map((item: unknown) => toValue(item) ?? null);
  if (typeof raw !== 'object') return undefined;
  return Object.fromEntries(Object.entries(raw).map(([key, item]) => [key, toValue(item) ?? null]));
}
