import type { CountryCode } from 'libphonenumber-js/min';
import { type NameOrder, splitName, textOfName } from '../../../connector/codec/person-name.ts';
import { compilePhone } from '../../../connector/codec/phone.ts';
import { phoneNumbers } from '../../../connector/late-packages.ts';
import { NAME_PARTS } from '../../../record/value.ts';
import { asText, type Filter, filter, textArgument, textFilter, Unfit, unfit } from '../filter.ts';
import { plainOf } from '../functions.ts';
import { type Item, isDict, isNothing, ownItem } from '../items.ts';

function countryArgument(item: Item): CountryCode | undefined {
  if (isNothing(item)) return undefined;
  const code = textArgument(item, 'country').toUpperCase();
  if (!phoneNumbers().isSupportedCountry(code)) throw new Unfit('needs a country code of ISO 3166, e.g. DE');
  return code;
}

/** A number in the form of E.164 is read by the book; anything else is refused. */
function phoneOf(item: Item, country: Item) {
  const home = countryArgument(country);
  const number = phoneNumbers().parsePhoneNumberFromString(compilePhone(home)(asText(item)));
  if (!number?.isPossible()) throw new Unfit('finds no phone number in the text');
  return number;
}

const ORDERS: readonly NameOrder[] = ['given family', 'family given', 'family, given'];

function orderArgument(item: Item): NameOrder {
  const said = textArgument(item, 'order', 'given family');
  const order = ORDERS.find((each) => each === said);
  if (!order) throw new Unfit(`needs one of ${ORDERS.map((each) => `'${each}'`).join(', ')} as order`);
  return order;
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
  join_name: filter('order?', (item, [order]) => {
    if (!isDict(item)) throw unfit(item);
    const parts = NAME_PARTS.map((part) => [part, plainOf(ownItem(item, part))] as const);
    const text = textOfName(Object.fromEntries(parts), orderArgument(order));
    if (text === undefined)
      throw new Unfit('finds a comma in the family name, which can not be told from the one behind it');
    return text;
  }),
  phone: textFilter('country?', (text, [country]) => phoneOf(text, country).number),
  phone_country: textFilter('country?', (text, [country]) => phoneOf(text, country).country ?? null),
  phone_international: textFilter('country?', (text, [country]) => phoneOf(text, country).formatInternational()),
  phone_national: textFilter('country?', (text, [country]) => phoneOf(text, country).formatNational()),
  split_name: textFilter('order?', (text, [order]) => splitName(text, orderArgument(order)) ?? null),
};
