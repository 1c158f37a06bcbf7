import { isoOfMs, msOfIso } from '../connector/codec/iso.ts';
import { localOfMs, msOfLocal } from '../connector/codec/local-time.ts';
import { keysOf } from '../connector/codec/multi-option.ts';
import { splitName, textOfName } from '../connector/codec/person-name.ts';
import { zoneNamed } from '../connector/codec/zone.ts';
import type { FieldDefinition } from '../connector/field.ts';
import type { FieldType, Value } from '../record/value.ts';

/** Undefined where this value does not fit. */
export type Converter = (value: Exclude<Value, null>) => Value | undefined;

/** What of a field's declaration a conversion goes by. */
export type Convertible = Pick<FieldDefinition, 'type' | 'time' | 'person_name'>;

const asIs: Converter = (value) => value;
const asText: Converter = (value) => (typeof value === 'object' ? undefined : String(value));
const asWhole: Converter = (value) => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
};
const partNamed = (part: string): Converter => {
  return (value) => (typeof value === 'object' && !Array.isArray(value) ? value[part] : undefined);
};
const asKeys: Converter = (value) => keysOf(Array.isArray(value) ? value : [value]);

/** Field types whose canonical form is a text already. */
const TEXTS: readonly FieldType[] = [
  ...(['string', 'option', 'email', 'phone', 'currency', 'reference', 'url', 'country', 'language'] as const),
];

/** The conversions between canonical types that lose nothing or are declared by the pair of types itself. */
const CONVERTERS: Partial<Record<`${FieldType}>${FieldType}`, Converter>> = {
  'integer>string': asText,
  'decimal>string': asText,
  'boolean>string': asText,
  'date>string': asText,
  'time>string': asText,
  'timestamp>string': asText,
  'local_timestamp>string': asText,
  'duration>string': asText,
  'integer>decimal': asText,
  'integer>reference': asText,
  'integer>option': asText,
  'string>integer': asWhole,
  'decimal>integer': asWhole,
  'reference>integer': asWhole,
  'string>decimal': (value) =>
    typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/.test(value) ? value : undefined,
  'date>local_timestamp': (value) => `${String(value)}T00:00:00.000`,
  'local_timestamp>date': (value) => String(value).slice(0, 10),
  'local_timestamp>time': (value) => String(value).slice(11),
  'money>decimal': partNamed('amount'),
  'binary>url': partNamed('url'),
  'binary>string': partNamed('url'),
  'url>binary': (value) => (value === '' ? undefined : { url: value }),
  'object>postal_address': asIs,
  'object>person_name': asIs,
  'object>binary': asIs,
  'postal_address>object': asIs,
  'person_name>object': asIs,
  'binary>object': asIs,
  'option>multi_option': asKeys,
  'list>multi_option': asKeys,
  'multi_option>list': asIs,
};

/** How a value of one canonical type becomes one of another; null where the two types do not fit together. */
export function converter(from: Convertible, to: Convertible): Converter | null {
  if (from.type === to.type || (TEXTS.includes(from.type) && TEXTS.includes(to.type))) return asIs;
  const pair = `${from.type}>${to.type}` as const;
  switch (pair) {
    case 'date>timestamp':
      return dateToTimestamp(zoneOf(from) ?? zoneOf(to) ?? UTC);
    case 'timestamp>date':
      return timestampToDate(zoneOf(to) ?? zoneOf(from) ?? UTC);
    case 'local_timestamp>timestamp':
      return localToTimestamp(zoneOf(from));
    case 'timestamp>local_timestamp':
      return timestampToLocal(zoneOf(to));
    case 'person_name>string':
      return (value) =>
        typeof value === 'object' && !Array.isArray(value) ? textOfName(value, orderOf(from)) : undefined;
    case 'string>person_name':
      return to.person_name ? (value) => splitName(String(value), orderOf(to)) : null;
    default:
      return CONVERTERS[pair] ?? null;
  }
}

/** A time zone with what is declared about the hours that a change of it skips or repeats. */
type DeclaredZone = Pick<Exclude<FieldDefinition['time'], string | undefined>, 'overlap' | 'gap'> & { zone: string };

const UTC: DeclaredZone = { zone: 'UTC', overlap: 'earlier', gap: 'later' };

function zoneOf({ time }: Convertible): DeclaredZone | null {
  return typeof time === 'object' && time.zone !== undefined ? { ...time, zone: time.zone } : null;
}

const orderOf = (field: Convertible) => field.person_name?.text ?? 'given family';

/** The day begins at midnight of the zone. */
function dateToTimestamp(declared: DeclaredZone): Converter {
  const zone = zoneNamed(declared.zone);
  return (value) => {
    const local = msOfIso(`${String(value)}T00:00:00.000Z`);
    const instant = local === undefined ? undefined : zone.toInstant(local, declared);
    return instant === undefined ? undefined : isoOfMs(instant);
  };
}

/** The day that it is in the zone. */
function timestampToDate({ zone: name }: DeclaredZone): Converter {
  const zone = zoneNamed(name);
  return (value) => {
    const instant = msOfIso(String(value));
    return instant === undefined ? undefined : isoOfMs(zone.toLocal(instant))?.slice(0, 10);
  };
}

/** Null without a declared zone: then nothing says which instant it is. */
function localToTimestamp(declared: DeclaredZone | null): Converter | null {
  if (!declared) return null;
  const zone = zoneNamed(declared.zone);
  return (value) => {
    const local = msOfLocal(String(value));
    const instant = local === undefined ? undefined : zone.toInstant(local, declared);
    return instant === undefined ? undefined : isoOfMs(instant);
  };
}

function timestampToLocal(declared: DeclaredZone | null): Converter | null {
  if (!declared) return null;
  const zone = zoneNamed(declared.zone);
  return (value) => {
    const instant = msOfIso(String(value));
    const local = instant === undefined ? undefined : zone.toLocal(instant);
    // Of two instants that are one local time, neither could come back.
    if (local === undefined || (declared.overlap === 'reject' && zone.toInstant(local, declared) === undefined)) {
      return undefined;
    }
    return localOfMs(local);
  };
}
