import type { FieldDefinition } from '../field.ts';
import { COUNTRIES, countryOf } from './country-codes.ts';
import type { FieldCodec } from './field-codec.ts';
import { folded, once, remembered } from './remembered.ts';

type CountryFormat = NonNullable<FieldDefinition['country']>;

const PLAIN: CountryFormat = { form: 'alpha2', in: 'en', names: {} };

/** Wire form ↔ ISO 3166-1 alpha-2. */
export interface CountryCodec {
  read(raw: unknown): string | undefined;
  write(code: string): string | undefined;
  expects: string;
}

/**
 * Countries in a declared form. Codes are read in any case, and the three official kinds can't be taken for each other;
 * names are those of the CLDR in the declared language, long and short.
 */
export function compileCountry(format: CountryFormat = PLAIN): CountryCodec {
  const own = new Map(Object.entries(format.names));
  const written = new Map([...own].toReversed().map(([name, code]) => [code, name]));
  const byName = format.form === 'name' ? namesIn(format.in) : undefined;
  const read = remembered((text: string) => own.get(text) ?? byName?.get(folded(text)) ?? countryOf(text));
  const write = writer(format);
  return {
    read: (raw) => {
      if (typeof raw === 'string') return read(raw.trim());
      return typeof raw === 'number' ? countryOf(String(raw)) : undefined;
    },
    write: (text) => {
      const code = countryOf(text);
      return code === undefined ? undefined : (written.get(code) ?? write(code));
    },
    expects: byName ? `the name of a country in ${format.in}` : 'a country code of ISO 3166-1',
  };
}

export function countryCodec(definition: FieldDefinition): FieldCodec {
  const { read, write, expects } = compileCountry(definition.country);
  return { decode: read, encode: (value) => (typeof value === 'string' ? write(value) : undefined), expects };
}

function writer({ form, in: language }: CountryFormat): (code: string) => string | undefined {
  switch (form) {
    case 'alpha2':
      return (code) => code;
    case 'alpha3':
      return (code) => COUNTRIES.get(code)?.alpha3;
    case 'numeric':
      return (code) => COUNTRIES.get(code)?.numeric;
    case 'name': {
      const names = once(() => new Intl.DisplayNames(language, { type: 'region', fallback: 'none' }));
      return (code) => names().of(code);
    }
  }
}

function namesIn(language: string): ReadonlyMap<string, string> {
  const byName = new Map<string, string>();
  // The long names last, so that they stand where a short one is another country's long one.
  for (const style of ['short', 'long'] as const) {
    const names = new Intl.DisplayNames(language, { type: 'region', style, fallback: 'none' });
    for (const code of COUNTRIES.keys()) byName.set(folded(names.of(code) ?? code), code);
  }
  return byName;
}
