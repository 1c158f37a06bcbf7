import { inflateRawSync } from 'node:zlib';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { GRID_LIMITS } from './grid.ts';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;
const LOCAL_LENGTH = 30;

/**
 * Refuses an archive before it is opened: too large, too many parts, growing beyond bounds when unpacked (counted while
 * unpacking, not as the archive says), parts that overlap, or XML that declares a document type. The archive must be
 * laid out as spreadsheet programs do it (APPNOTE 6.3.10, 4.3): its directory at the very end, without comment or ZIP64,
 * so that nobody can read it otherwise.
 */
export function checkArchive(bytes: Uint8Array, file: string): Result<void> {
  if (bytes.length > GRID_LIMITS.fileBytes) return fail(refused(file, `It has ${bytes.length} bytes.`));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - END_LENGTH;
  if (end < 0 || view.getUint32(end, true) !== END) return fail(refused(file, 'It is no plain ZIP archive.'));
  const count = view.getUint16(end + 10, true);
  if (count > GRID_LIMITS.archiveEntries) return fail(refused(file, `It has ${count} parts.`));
  const parts = partsOf(view, count, view.getUint32(end + 16, true), end);
  if (!parts) return fail(refused(file, 'Its directory is not as spreadsheet programs write it.'));
  let left: number = GRID_LIMITS.unpackedBytes;
  for (const part of parts) {
    const unpacked = unpack(bytes.subarray(part.from, part.from + part.length), part.method, left);
    if (!unpacked) return fail(refused(file, `It grows beyond ${GRID_LIMITS.unpackedBytes} bytes, or is damaged.`));
    left -= unpacked.length;
    if (declaresType(unpacked)) return fail(refused(file, 'A part of it declares a document type.'));
  }
  return ok(undefined);
}

const refused = (file: string, detail: string): Diagnostic =>
  problem('sheet-refused', 'The file is not opened', {
    detail,
    where: { file },
    next: 'Save it anew as "Excel workbook (.xlsx)"',
  });

interface Part {
  method: number;
  from: number;
  length: number;
}

/** The parts of the archive; null where the directory says what no spreadsheet program writes. */
function partsOf(view: DataView, count: number, start: number, end: number): Part[] | null {
  const parts: Part[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_LENGTH > end || view.getUint32(at, true) !== ENTRY) return null;
    const length = view.getUint32(at + 20, true);
    const local = view.getUint32(at + 42, true);
    if (local + LOCAL_LENGTH > start || view.getUint32(local, true) !== LOCAL) return null;
    const from = local + LOCAL_LENGTH + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (from + length > start) return null;
    parts.push({ method: view.getUint16(at + 10, true), from, length });
    at += ENTRY_LENGTH + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  const sorted = [...parts].sort((a, b) => a.from - b.from);
  const overlap = sorted.some((part, i) => part.from + part.length > (sorted[i + 1]?.from ?? start));
  return at === end && !overlap ? parts : null;
}

const STORED = 0;
const DEFLATED = 8;

function unpack(packed: Uint8Array, method: number, most: number): Uint8Array | null {
  if (method === STORED) return packed.length <= most ? packed : null;
  if (method !== DEFLATED) return null;
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, most) });
  } catch {
    return null;
  }
}

const TYPE = /<!(DOCTYPE|ENTITY)/i;

const declaresType = (part: Uint8Array): boolean => TYPE.test(Buffer.from(part).toString('latin1'));
