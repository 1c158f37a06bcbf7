import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { compilePhone } from '../../../connector/codec/phone.ts';
import { asText, type Filter, filter, textArgument, textFilter, Unfit, unfit } from '../filter.ts';
import { dictOf, type Item, isDict, isNothing, ownItem } from '../items.ts';

function countryArgument(item: Item): CountryCode | undefined {
  if (isNothing(item)) return undefined;
  const code = textArgument(item, 'country').toUpperCase();
  if (!isSupportedCountry(code)) throw new Unfit('needs a country code of ISO 3166, e.g. DE');
  return code;
}

/** A number in the form of E.164 is read by the book; anything else is refused. */
function phoneOf(item: Item, country: Item) {
  const home = countryArgument(country);
  const number = parsePhoneNumberFromString(compilePhone(home)(asText(item)));
  if (!number?.isPossible()) throw new Unfit('finds no phone number in the text');
  return number;
}

const wordsOf = (text: string): string[] =>
  text
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '');

/** Small words that belong to the family name that follows them. */
const PARTICLES = /^(von|vom|van|zu|zum|zur|de|del|della|di|da|dos|du|la|le|ter|ten|den|der|af|av|bin|al|el)$/iu;
const PREFIXES = /^(dr|prof|mr|mrs|ms|dipl|ing|mag|herr|frau|sir|dame|rev)\b\.?/iu;
const SUFFIXES = /^(jr|sr|ii|iii|iv|phd|md|mba|msc|bsc|m\.sc|b\.sc|ph\.d|esq)\.?$/iu;

/** `Family, Given` or `Given Middle Family`; titles before it and degrees behind it are parts of their own. */
function splitName(text: string): Item {
  const [before = '', after] = text.split(',').map((part) => part.trim());
  if (after !== undefined && after !== '' && !SUFFIXES.test(after))
    return named(wordsOf(after), wordsOf(before).join(' '));
  const words = wordsOf(text.replaceAll(',', ' '));
  const suffix = takeWhile(words.toReversed(), (word) => SUFFIXES.test(word)).reverse();
  const rest = words.slice(0, words.length - suffix.length);
  const prefix = takeWhile(rest, (word) => PREFIXES.test(word));
  const names = rest.slice(prefix.length);
  const particle = names.findIndex((word, i) => i > 0 && i < names.length - 1 && PARTICLES.test(word));
  const from = particle > 0 ? particle : Math.max(names.length - 1, 0);
  return named([...prefix, ...names.slice(0, from)], names.slice(from).join(' '), suffix);
}

function takeWhile(words: readonly string[], holds: (word: string) => boolean): string[] {
  const end = words.findIndex((word) => !holds(word));
  return words.slice(0, end < 0 ? words.length : end);
}

function named(words: readonly string[], family: string, suffix: readonly string[] = []): Item {
  const prefix = takeWhile(words, (word) => PREFIXES.test(word));
  const [given = '', ...middle] = words.slice(prefix.length);
  const parts = { prefix: prefix.join(' '), given, middle: middle.join(' '), family, suffix: suffix.join(' ') };
  return dictOf(Object.entries(parts).filter(([, part]) => part !== ''));
}

const joined = (item: Item, keys: readonly string[], separator: string): string => {
  if (!isDict(item)) throw unfit(item);
  const parts = keys.map((key) => ownItem(item, key)).filter((part) => !isNothing(part) && part !== '');
  return parts.map(asText).join(separator);
};

export const PEOPLE_FILTERS: Readonly<Record<string, Filter>> = {
  join_address: filter('separator?', (item, [separator]) => {
    const lines = [
      joined(item, ['street', 'house_number'], ' '),
      joined(item, ['extra'], ' '),
      joined(item, ['postal_code', 'city'], ' '),
      joined(item, ['region'], ' '),
      joined(item, ['country'], ' '),
    ];
    return lines.filter((line) => line !== '').join(textArgument(separator, 'separator', ', '));
  }),
  join_name: filter('form?', (item, [form]) => {
    switch (textArgument(form, 'form', 'given first')) {
      case 'given first':
        return joined(item, ['prefix', 'given', 'middle', 'family', 'suffix'], ' ');
      case 'family first': {
        const given = joined(item, ['given', 'middle'], ' ');
        return [joined(item, ['family'], ' '), given].filter((part) => part !== '').join(', ');
      }
      default:
        throw new Unfit("needs 'given first' or 'family first' as form");
    }
  }),
  phone: textFilter('country?', (text, [country]) => phoneOf(text, country).number),
  phone_country: textFilter('country?', (text, [country]) => phoneOf(text, country).country ?? null),
  phone_international: textFilter('country?', (text, [country]) => phoneOf(text, country).formatInternational()),
  phone_national: textFilter('country?', (text, [country]) => phoneOf(text, country).formatNational()),
  split_name: textFilter('', splitName),
};
