import { ADDRESS_PARTS, BINARY_PARTS, NAME_PARTS, type Value } from '../../record/value.ts';
import type { FieldDefinition } from '../field.ts';
import type { Wire } from '../port.ts';
import { compileCountry } from './country.ts';
import type { FieldPlace } from './custom-field.ts';
import type { FieldCodec } from './field-codec.ts';
import { compileReader, compileWriter } from './path.ts';
import { splitName, textOfName } from './person-name.ts';
import { toText } from './text-codec.ts';
import { normalUrl } from './url.ts';

/** Wire form ↔ canonical form of one part; undefined where it can't be read or said. */
interface PartCodec {
  read(raw: unknown): Value | undefined;
  write(value: Value): unknown;
}

const TEXT_PART: PartCodec = { read: (raw) => toText(raw)?.trim(), write: toText };

/** Postal addresses: an object or several fields, each part at its path. */
export function addressCodec(definition: FieldDefinition): FieldCodec {
  const country = compileCountry(definition.country);
  const countryPart: PartCodec = {
    read: country.read,
    write: (value) => (typeof value === 'string' ? country.write(value) : undefined),
  };
  return partsCodec(ADDRESS_PARTS, { country: countryPart }, definition, 'an address');
}

/** Names: an object or several fields; or one text, of which the declared order tells what is the family name. */
export function personNameCodec(definition: FieldDefinition): FieldCodec {
  const order = definition.person_name?.text;
  if (order === undefined) return partsCodec(NAME_PARTS, {}, definition, 'a name');
  return {
    decode: (raw) => (typeof raw === 'string' ? splitName(raw, order) : undefined),
    encode: (value) => (isRecord(value) ? textOfName(value, order) : undefined),
    expects: `a name in the order "${order}"`,
  };
}

/** Contents by reference: a URL, or an object with the URL and what is known of the content. */
export function binaryCodec(definition: FieldDefinition): FieldCodec {
  const url: PartCodec = { read: (raw) => (typeof raw === 'string' ? normalUrl(raw) : undefined), write: toText };
  if (definition.parts === undefined) {
    const whole = partsCodec(BINARY_PARTS, { url, size: SIZE_PART, digest: DIGEST_PART }, definition, 'a reference');
    return {
      ...whole,
      decode: (raw, wire) => (typeof raw === 'string' ? { url: normalUrl(raw) } : whole.decode(raw, wire)),
      encode: (value) => (isRecord(value) ? url.write(value.url ?? null) : undefined),
      expects: 'a URL',
    };
  }
  return partsCodec(
    BINARY_PARTS,
    { url, size: SIZE_PART, digest: DIGEST_PART },
    // What a system doesn't hold of a content it can tell from the content itself.
    { ...definition, on_violation: 'truncate' },
    'an object with a URL',
  );
}

const SIZE_PART: PartCodec = {
  read: (raw) => {
    const size = typeof raw === 'string' && /^\d{1,15}$/.test(raw.trim()) ? Number(raw) : raw;
    return Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : undefined;
  },
  write: (value) => (typeof value === 'number' ? value : undefined),
};

/** `sha256:` and hex digits; other algorithms by their names, and hex digits alone by their number. */
const DIGEST_PART: PartCodec = {
  read: (raw) => {
    const text = typeof raw === 'string' ? raw.trim().toLowerCase() : '';
    const [, algorithm, digits = ''] = /^(?:(sha-?256|sha-?512|sha-?1|md5)[:=])?([0-9a-f]+)$/.exec(text) ?? [];
    const name = algorithm?.replace('-', '') ?? BY_LENGTH.get(digits.length);
    return name === undefined ? undefined : `${name}:${digits}`;
  },
  write: toText,
};

const BY_LENGTH = new Map([
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
  [128, 'sha512'],
]);

/** One part, ready to run. */
interface CompiledPart {
  name: string;
  codec: PartCodec;
  read(wire: Wire): unknown;
  write(wire: Wire, value: unknown): void;
}

function partsCodec(
  known: readonly string[],
  codecs: Readonly<Record<string, PartCodec>>,
  definition: FieldDefinition,
  expects: string,
): FieldCodec {
  const declared = definition.parts ?? Object.fromEntries(known.map((part) => [part, part]));
  // In the order of the type, whatever that of the declaration.
  const parts: CompiledPart[] = known.flatMap((name) => {
    const path = declared[name];
    if (path === undefined) return [];
    return [{ name, codec: codecs[name] ?? TEXT_PART, read: compileReader(path), write: compileWriter(path) }];
  });
  const others = known.filter((name) => declared[name] === undefined);
  const drops = definition.on_violation === 'truncate';
  const empty = definition.write_empty === 'omit' ? undefined : definition.write_empty === 'null' ? null : '';
  return {
    decode: (raw) => (isRecord(raw) ? decodeParts(parts, raw) : undefined),
    encode: (value) => {
      if (!isRecord(value)) return undefined;
      if (!drops && others.some((name) => !isBlank(value[name]))) return undefined;
      return encodeParts(parts, value, empty);
    },
    expects: `${expects} of ${parts.map(({ name }) => name).join(', ')}`,
  };
}

function decodeParts(parts: readonly CompiledPart[], raw: Wire): Value | undefined {
  const value: Record<string, Value> = {};
  let isEmpty = true;
  for (const { name, codec, read } of parts) {
    const wire = read(raw);
    if (isBlank(wire)) continue;
    const part = codec.read(wire);
    if (part === undefined) return undefined;
    value[name] = part;
    isEmpty = false;
  }
  return isEmpty ? null : value;
}

function encodeParts(parts: readonly CompiledPart[], value: Record<string, unknown>, empty: null | '' | undefined) {
  const wire: Wire = {};
  for (const { name, codec, write } of parts) {
    const part = value[name];
    if (isBlank(part)) {
      if (empty !== undefined) write(wire, empty);
      continue;
    }
    // Read first: what an expression made need not be in canonical form.
    const canonical = codec.read(part);
    const raw = canonical === undefined ? undefined : codec.write(canonical);
    if (raw === undefined) return undefined;
    write(wire, raw);
  }
  return wire;
}

/** The place of a value whose parts stand among the record's own fields. */
export function compilePartsInRecord(parts: Readonly<Record<string, string>>): FieldPlace {
  const places = Object.values(parts).map((path) => ({ read: compileReader(path), write: compileWriter(path) }));
  return {
    depth: 1,
    read: (wire) => (places.some(({ read }) => read(wire) !== undefined) ? wire : undefined),
    write(wire, value) {
      for (const { read, write } of places) {
        const part = isRecord(value) ? read(value) : value;
        if (part !== undefined) write(wire, part);
      }
    },
  };
}

const isBlank = (part: unknown): boolean =>
  part === undefined || part === null || (typeof part === 'string' && part.trim() === '');

const isRecord = (value: unknown): value is Record<string, Value> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
