import { confirm, isCancel } from '@clack/prompts';

/** Asks a person before a file is changed. */
export async function confirmWrite(file: string): Promise<boolean> {
  const agreed = await confirm({ message: `Write this into ${file}?` });
  return !isCancel(agreed) && agreed;
}
