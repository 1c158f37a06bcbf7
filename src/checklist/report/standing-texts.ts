/**
 * What Dovetail itself says of many answers, in German. What systems answered, and advice that follows from it, is quoted as
 * it was found.
 */
const GERMAN: readonly (readonly [english: RegExp, german: string])[] = [
  [/^nobody answered$/, 'noch nicht beantwortet'],
  [/^open: ask (.+)$/, 'offen: $1 fragen'],
  [/^Answer it in the integration file: (.+)$/, 'In der Integrationsdatei beantworten: $1'],
  [/^Ask (.+?)\. Answer it in the integration file: (.+)$/, '$1 fragen und in der Integrationsdatei beantworten: $2'],
  [
    /^Run `dovetail check --write`: it tries this on records that it makes and removes$/,
    '`dovetail check --write` ausführen: Das probiert es an Datensätzen, die es anlegt und wieder entfernt',
  ],
  [/^Run `(dovetail check(?: --write)?)` again$/, '`$1` erneut ausführen'],
  [/^Add a mapping to the integration file$/, 'Die Integrationsdatei um eine Zuordnung (mapping) ergänzen'],
  [/^nothing is mapped$/, 'nichts ist zugeordnet'],
];

/** The text in German where it is one of these, else as it is. */
export function inGerman(text: string): string {
  const found = GERMAN.find(([english]) => english.test(text));
  return found ? text.replace(...found) : text;
}
