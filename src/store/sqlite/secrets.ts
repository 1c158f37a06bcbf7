import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import { bytes } from './column.ts';
import type { Database } from './database.ts';

const TAG_BYTES = 16;
const NONCE_BYTES = 12;

/** Seals secrets with AES-256-GCM; the name is authenticated, so a sealed value can't be moved to another name. */
export class Sealer {
  readonly #key: Uint8Array;
  readonly #proof: Uint8Array;
  readonly #random: Random;

  /** `key`: the installation's store key, 32 bytes or more. */
  constructor(key: Uint8Array, random: Random) {
    this.#key = derive(key, 'dovetail secret', 32);
    this.#proof = derive(key, 'dovetail key proof', 16);
    this.#random = random;
  }

  /** Remembers in a new store which key it belongs to; false when an old one belongs to another key. */
  claim(db: Database): boolean {
    const row = db.statement(`SELECT value FROM meta WHERE name = 'key-proof'`).get();
    if (row !== undefined) {
      const proof = bytes(row.value);
      return proof.length === this.#proof.length && timingSafeEqual(proof, this.#proof);
    }
    db.statement(`INSERT INTO meta (name, value) VALUES ('key-proof', ?)`).run(this.#proof);
    return true;
  }

  read(db: Database, name: string): string | null {
    const row = db.statement('SELECT nonce, sealed FROM secret WHERE name = ?').get(name);
    if (row === undefined) return null;
    const sealed = bytes(row.sealed);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes(row.nonce), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }

  write(db: Database, name: string, value: string): void {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(name));
    const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    const sealed = Buffer.concat([body, cipher.getAuthTag()]);
    db.statement('INSERT OR REPLACE INTO secret (name, nonce, sealed) VALUES (?, ?, ?)').run(name, nonce, sealed);
  }
}

function derive(key: Uint8Array, purpose: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), purpose, length));
}
