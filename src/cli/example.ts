import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';

/** Integrations that come with the package. */
export const EXAMPLES = ['crm-erp', 'northwind'];

/** Copies all files of an example; gives their names. */
export function copyExample(name: string, target: string, intoFilled: boolean): Result<string[]> {
  const source = exampleFolder(name);
  if (source === null) return fail(problem('example-missing', `The example ${name} is not part of this installation`));
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.env' && !entry.parentPath.includes('.dovetail'))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)))
    .sort();
  const present = existsSync(target) ? readdirSync(target) : [];
  const clash = files.filter((file) => existsSync(join(target, file)));
  if (clash.length > 0) return fail(wouldOverwrite(clash));
  if (present.length > 0 && !intoFilled) return fail(folderFilled(target));
  try {
    mkdirSync(target, { recursive: true });
    for (const file of files) copyFile(join(source, file), join(target, file));
    return ok(files);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return fail(problem('folder-unwritable', `The folder can't be written`, { detail: code, where: { file: target } }));
  }
}

const SCHEMAS = '../../schemas/';

/** A YAML file names its schema for the editor, which from its new place is another way. */
function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (!/\.ya?ml$/.test(from)) {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return;
  }
  const schemas = relative(dirname(to), resolve(dirname(from), SCHEMAS)).replaceAll('\\', '/');
  const text = readFileSync(from, 'utf8').replace(`$schema=${SCHEMAS}`, `$schema=${schemas}/`);
  writeFileSync(to, text, { flag: 'wx' });
}

/** Of the package: above this folder in the sources and in dist/. */
function exampleFolder(name: string): string | null {
  const places = ['../../examples/', '../../../examples/'].map((path) =>
    fileURLToPath(new URL(`${path}${name}/`, import.meta.url)),
  );
  return places.find((place) => existsSync(join(place, 'integration.yaml'))) ?? null;
}

const wouldOverwrite = (files: readonly string[]): Diagnostic =>
  problem('would-overwrite', `There is ${files.slice(0, 3).join(', ')} already`, {
    detail: 'Nothing was written.',
    next: 'Name another folder: dovetail init FOLDER --example NAME',
  });

const folderFilled = (target: string): Diagnostic =>
  problem('folder-filled', 'The folder holds other files', {
    detail: 'Nothing was written.',
    where: { file: target },
    next: 'Name a new folder, as in `dovetail init my-integration --example crm-erp`, or say --yes.',
  });

/** The path of the JSON schema of integration files, as a file in `folder` names it. */
export function schemaFrom(folder: string): string {
  const places = ['../../schemas/', '../../../schemas/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = places.find((place) => existsSync(join(place, 'integration.schema.json')));
  return found === undefined
    ? './node_modules/dovetail/schemas/integration.schema.json'
    : join(relative(folder, found), 'integration.schema.json').replaceAll('\\', '/');
}
