import type { FieldDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';
import { canonicalLanguage, isKnownLanguage, iso639Codes } from './language-codes.ts';
import { folded, once, remembered } from './remembered.ts';

type LanguageFormat = NonNullable<FieldDefinition['language']>;

const PLAIN: LanguageFormat = { form: 'tag', in: 'en', names: {} };

/**
 * Languages, canonical as tags of BCP 47. Tags are read with `-` or `_`, codes of two or three letters are tags; names
 * are those of the CLDR in the declared language. What only a name or a code says on the wire, it says without region.
 */
export function languageCodec(definition: FieldDefinition): FieldCodec {
  const format = definition.language ?? PLAIN;
  const own = new Map(Object.entries(format.names));
  const written = new Map([...own].toReversed().map(([name, tag]) => [tag, name]));
  const byName = format.form === 'name' ? namesIn(format.in) : undefined;
  const read = remembered((text: string) => own.get(text) ?? byName?.get(folded(text)) ?? tagOf(text));
  const write = remembered((text: string) => {
    const tag = tagOf(text);
    return tag === undefined ? undefined : (written.get(tag) ?? written.get(text) ?? writer(format)(tag));
  });
  return {
    decode: (raw) => (typeof raw === 'string' ? read(raw.trim()) : undefined),
    encode: (value) => (typeof value === 'string' ? write(value) : undefined),
    expects: byName ? `the name of a language in ${format.in}` : 'a language tag of BCP 47 or a code of ISO 639',
  };
}

function tagOf(text: string): string | undefined {
  const tag = canonicalLanguage(text.replaceAll('_', '-'));
  return tag !== undefined && isKnownLanguage(tag) ? tag : undefined;
}

function writer({ form, in: language }: LanguageFormat): (tag: string) => string | undefined {
  switch (form) {
    case 'tag':
      return (tag) => tag;
    case 'underscore':
      return (tag) => tag.replaceAll('-', '_');
    case 'iso639_2':
      return (tag) => codeIn(TERMINOLOGICAL(), tag);
    case 'iso639_2b':
      return (tag) => codeIn(BIBLIOGRAPHIC(), tag);
    case 'name': {
      const names = new Intl.DisplayNames(language, { type: 'language', fallback: 'none' });
      // Names of variants (Austrian German) could not be read again.
      return (tag) => (TERMINOLOGICAL().has(tag) ? names.of(tag) : undefined);
    }
  }
}

/** A code says a language and nothing more: a tag with a region can't be written as one. */
function codeIn(codes: ReadonlyMap<string, string>, tag: string): string | undefined {
  return codes.get(tag) ?? (/^[a-z]{3}$/.test(tag) ? tag : undefined);
}

const TERMINOLOGICAL = once(() => iso639Codes('terminological'));
const BIBLIOGRAPHIC = once(() => iso639Codes('bibliographic'));

/** Every language of ISO 639-1 and -2 by its name in a language. */
function namesIn(language: string): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames(language, { type: 'language', fallback: 'none' });
  const byName = new Map<string, string>();
  for (const tag of TERMINOLOGICAL().keys()) {
    const name = names.of(tag);
    if (name !== undefined) byName.set(folded(name), tag);
  }
  return byName;
}
