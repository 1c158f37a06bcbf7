import { faker } from '@faker-js/faker/locale/de';
import type { FieldDefinition } from '../../connector/field.ts';
import type { Value } from '../../record/value.ts';

/** Values that look as those of a business do; the same for the same seed. */
export interface Realistic {
  /** Of a field, by its type, and of texts by what its name says. Empty where nothing is known that looks real. */
  of(name: string, declared: FieldDefinition): Value[];
}

const TEXTS: readonly (readonly [named: RegExp, text: () => string])[] = [
  [/first_?name|vorname|given/i, () => faker.person.firstName()],
  [/last_?name|nachname|surname|family/i, () => faker.person.lastName()],
  [/contact|person|owner/i, () => faker.person.fullName()],
  [/street|stra(ss|ß)e|address/i, () => faker.location.streetAddress()],
  [/zip|postal|plz/i, () => faker.location.zipCode('#####')],
  [/city|town|ort$|stadt/i, () => faker.location.city()],
  [/country|land$/i, () => faker.helpers.arrayElement(['DE', 'AT', 'CH'])],
  [/sku|article|artikel|number|nummer|_no$|code/i, () => faker.string.alphanumeric({ length: 8, casing: 'upper' })],
  [/product|description|bezeichnung/i, () => faker.commerce.productName()],
  [/title|subject|betreff/i, () => `${faker.commerce.department()} ${faker.company.name()}`],
  [/note|memo|comment|bemerkung/i, () => faker.lorem.sentence()],
  [/name|company|firma/i, () => faker.company.name()],
];

/** `seed`: a whole number. Addresses end in `.example`, so that no mail reaches anybody. */
export function realistic(seed: number): Realistic {
  faker.seed(seed);
  return {
    of(name, { type, identifier, pattern }) {
      switch (type) {
        case 'string': {
          if (identifier || pattern !== undefined) return [];
          const text = TEXTS.find(([named]) => named.test(name))?.[1] ?? (() => faker.company.buzzNoun());
          return [text(), text(), text()];
        }
        case 'email': {
          const person = faker.internet
            .username()
            .toLowerCase()
            .replaceAll(/[^a-z0-9.]/g, '');
          return [`${person}${faker.number.int({ min: 10, max: 99 })}@dovetail-test.example`];
        }
        case 'money':
          return [{ amount: faker.commerce.price({ min: 10, max: 9000 }), currency: 'EUR' }];
        case 'date':
          return [faker.date.between({ from: '2026-01-01', to: '2026-12-31' }).toISOString().slice(0, 10)];
        default:
          return [];
      }
    },
  };
}
