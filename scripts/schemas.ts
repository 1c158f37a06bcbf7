import { writeFileSync } from 'node:fs';
import { generated, ROOT } from './generated.ts';

/** Writes what is made from the schemas; run it after a change of one of them. */
for (const [path, text] of generated()) writeFileSync(ROOT + path, text);
