import { explainIssues, readYaml } from '../../connector/yaml-document.ts';
import { fillIn } from '../../integration/fill-in.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { answersOf, answersSchema, type Given, isUnknown } from './answers.ts';

/**
 * Reads a file of answers. Each `${NAME}` is filled in from the environment, so that no secret need stand in the file.
 * Fails with what is wrong, never with a value.
 */
export function readAnswers(
  text: string,
  file: string,
  variables: Readonly<Record<string, string | undefined>>,
): Result<Map<string, Given>, Diagnostic[]> {
  const read = readYaml(text, file);
  if (!read.ok) return read;
  const parsed = answersSchema.safeParse(read.value.data ?? {});
  if (!parsed.success) return fail(explainIssues(parsed.error.issues, read.value, answersSchema));
  const filled = new Map<string, Given>();
  const unset: string[] = [];
  const fill = (value: string): string => {
    const found = fillIn(value, variables);
    unset.push(...found.unset);
    return found.text;
  };
  for (const [id, given] of answersOf(parsed.data)) {
    filled.set(id, isUnknown(given) ? given : typeof given === 'string' ? fill(given) : given.map(fill));
  }
  if (unset.length === 0) return ok(filled);
  return fail(
    unset.map((name) =>
      problem('variable-unset', `The environment variable ${name} is not set`, {
        where: { file },
        next: `Set ${name}`,
      }),
    ),
  );
}
