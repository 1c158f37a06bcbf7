import { confirm, isCancel } from '@clack/prompts';

/** Asks a person before a file is changed. */
export const confirmWrite = (file: string): Promise<boolean> => agreeTo(`Write this into ${file}?`);

/** Asks a person a question with the answers yes and no; leaving means no. */
export async function agreeTo(message: string): Promise<boolean> {
  const agreed = await confirm({ message });
  return !isCancel(agreed) && agreed;
}
