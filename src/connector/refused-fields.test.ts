import { describe, expect, it } from 'vitest';
import { objectSchema } from './definition.ts';
import { compileDeclared, compileUsual, labelsOf } from './refused-fields.ts';

const issues = objectSchema.parse({
  id: {},
  fields: {
    subject: { type: 'string' },
    due_date: { type: 'date', label: 'Due date' },
    email: { type: 'email', path: 'contact.email' },
  },
});
const labels = labelsOf({ issues });

describe('fields that an answer refuses', () => {
  it.each<[string, unknown, string]>([
    [
      'Rails',
      { errors: { email: ['is invalid'], subject: ["can't be blank", 'x'] } },
      'email: invalid; subject: required',
    ],
    [
      'Redmine',
      { errors: ['Subject cannot be blank', 'Due date is not a valid date', 'Ada is odd'] },
      'subject: required; due_date: invalid',
    ],
    [
      'Stripe',
      { error: { param: 'email', code: 'email_invalid', message: 'Invalid email: ada@x' } },
      'email: email_invalid',
    ],
    [
      'FastAPI',
      { detail: [{ loc: ['body', 'lines', 0, 'qty'], msg: 'field required', type: 'value_error.missing' }] },
      'lines.0.qty: value_error.missing',
    ],
    [
      'JSON:API',
      { errors: [{ source: { pointer: '/data/attributes/email' }, code: 'VALIDATION' }] },
      'email: VALIDATION',
    ],
    ['Symfony', { violations: [{ propertyPath: 'email', message: 'This value is too long.' }] }, 'email: too-long'],
    ['RFC 7807', { 'invalid-params': [{ name: 'age', reason: 'must be a positive integer' }] }, 'age: refused'],
    [
      'WooCommerce',
      { code: 'rest_invalid_param', data: { params: { email: 'Invalid parameter.' } } },
      'email: invalid',
    ],
    ['ASP.NET', { ModelState: { email: ['The email field is required.'] } }, 'email: required'],
    ['Salesforce', [{ message: 'x', errorCode: 'INVALID_EMAIL', fields: ['Email'] }], ''],
    ['a list of fields', [{ field: 'email', code: 'bad' }], 'email: bad'],
    [
      'Laravel',
      { message: 'The given data was invalid.', errors: { email: ['The email has already been taken.'] } },
      'email: taken',
    ],
    ['a plain refusal', { error: 'nope', message: 'ada@example.org is no address' }, ''],
    ['nothing', undefined, ''],
    ['HTML', '<html>', ''],
  ])('as %s tells it', (_, body, told) => expect(compileUsual(labels)(body)).toBe(told));

  it('where the connector says, be it items, sentences or a map', () => {
    const declared = compileDeclared({ list: 'fault.list', field: 'at', code: 'why' }, labels);
    expect(
      declared({
        fault: {
          list: [
            { at: 'email', why: 'E1' },
            { at: 'a b', why: 'Ada' },
          ],
        },
      }),
    ).toBe('email: E1; a field: Ada');
    expect(declared({ fault: { list: ['Subject is too long (40)'] } })).toBe('subject: too-long');
    expect(declared({ fault: { list: { email: ['E2'] } } })).toBe('email: E2');
    expect(declared({})).toBe('');
    const safe = compileDeclared({ list: 'errors', text: '' }, labels);
    expect(safe({ errors: ['Subject cannot be blank', { x: 1 }] })).toBe('Subject cannot be blank; a field: refused');
  });

  it('never with the words of the server, and not without end', () => {
    const secret = 'Ada Lovelace, 1.234,56 €';
    const bodies = [
      { errors: [secret, { field: secret, code: secret, message: secret }] },
      { errors: { [secret]: [secret] } },
    ];
    for (const body of bodies) expect(compileUsual(labels)(body)).not.toMatch(/Ada|Lovelace|1\.234/);
    const many = { errors: Array.from({ length: 500 }, (_, i) => ({ field: `f${i}`, code: 'x' })) };
    expect(compileUsual(labels)(many).split(';').length).toBe(20);
  });
});
