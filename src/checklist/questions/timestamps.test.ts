import { expect, test } from 'vitest';
import { fieldSchema } from '../../connector/field.ts';
import { formOf } from './timestamps.ts';

const berlin = (pattern: string) => ({ pattern, zone: 'Europe/Berlin' });

test.each<[object, string | null]>([
  [{ type: 'timestamp' }, 'ISO 8601, UTC or with its offset'],
  [{ type: 'timestamp', time: 'epoch_s' }, 'seconds since 1970, UTC'],
  [{ type: 'timestamp', time: berlin('DD.MM.YYYY HH:mm') }, 'DD.MM.YYYY HH:mm in Europe/Berlin'],
  [{ type: 'timestamp', time: { pattern: 'YYYY-MM-DD HH:mm' } }, 'YYYY-MM-DD HH:mm in UTC'],
  [{ type: 'timestamp', time: berlin('iso') }, 'ISO 8601 without an offset in Europe/Berlin'],
  [{ type: 'local_timestamp' }, 'ISO 8601 without an offset in no zone'],
  [{ type: 'local_timestamp', time: berlin('iso') }, 'ISO 8601 without an offset in Europe/Berlin'],
  [{ type: 'local_timestamp', time: { pattern: 'DD.MM.YYYY HH:mm' } }, 'DD.MM.YYYY HH:mm in no zone'],
  [{ type: 'date' }, 'ISO 8601 dates'],
  [{ type: 'date', time: { pattern: 'DD.MM.YYYY' } }, 'DD.MM.YYYY'],
  [{ type: 'string' }, null],
])('%j is said as %j', (declared, said) => {
  expect(formOf(fieldSchema.parse(declared))).toBe(said);
});
