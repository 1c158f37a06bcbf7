/** `${NAME}` */
export const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** The text with each `${NAME}` filled in, and the names that have no value. */
export function fillIn(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): { text: string; unset: string[] } {
  const unset: string[] = [];
  const filled = text.replace(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined && value !== '') return value;
    unset.push(name);
    return '';
  });
  return { text: filled, unset };
}
