import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { counted, figuresOf, importDocument, share } from './corpus.ts';
import { roundTrip } from './round-trip.ts';

/**
 * The table of the corpus, printed: `node test/corpus/openapi/report.ts [--round-trip]`. Each document is imported in a
 * process of its own, whose most memory is told; `--faults` tells every operation of the round trip that failed.
 */
const SELF = fileURLToPath(import.meta.url);

const sum = {
  lists: 0,
  wantedLists: 0,
  crud: 0,
  wantedCrud: 0,
  objects: 0,
  pages: 0,
  ids: 0,
  valid: 0,
  tried: 0,
  documents: 0,
};

function printRow(cells: readonly (string | number)[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

async function one(file: string): Promise<void> {
  const imported = importDocument(file);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  const figures = imported.ok ? figuresOf(imported.made) : null;
  const tried = imported.ok && process.argv.includes('--round-trip') ? await tries(imported) : [];
  if (process.argv.includes('--faults'))
    for (const { object, operation, fault } of tried)
      if (fault !== '') process.stderr.write(`${object} ${operation}: ${fault}\n`);
  const valid = tried.filter(({ fault }) => fault === '').length;
  process.stdout.write(
    JSON.stringify({
      figures,
      ms: Math.round(imported.ms),
      memory,
      valid,
      tried: tried.length,
      error: imported.ok ? null : imported.error.summary,
    }),
  );
}

async function tries(imported: Extract<ReturnType<typeof importDocument>, { ok: true }>) {
  const { read, made } = imported;
  try {
    return await roundTrip(read, made.definition, Object.keys(made.definition.objects));
  } catch (error) {
    process.stderr.write(`the mock does not start: ${String(error)}\n`);
    return [];
  }
}

function all(): void {
  printRow(['document', 'lists', 'of', 'full CRUD', 'of', 'pages decided', 'id decided', 'ms', 'MB', 'round trip']);
  printRow(Array(10).fill('---'));
  for (const row of counted()) {
    const args = [SELF, '--one', row.file, ...process.argv.slice(2)];
    const told = JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    const { figures } = told;
    sum.wantedLists += row.lists;
    sum.wantedCrud += row.fullCrud;
    sum.lists += Math.min(row.lists, figures?.lists ?? 0);
    sum.crud += Math.min(row.fullCrud, figures?.fullCrud ?? 0);
    sum.objects += figures?.objects ?? 0;
    sum.pages += figures?.pagesDecided ?? 0;
    sum.ids += figures?.idsDecided ?? 0;
    sum.valid += told.valid;
    sum.tried += told.tried;
    if (told.tried > 0) sum.documents++;
    const trip = told.tried > 0 ? `${told.valid}/${told.tried}` : '-';
    const decided = (part: number | undefined) => share(part ?? 0, figures?.objects ?? 0);
    printRow([
      row.file,
      figures?.lists ?? told.error,
      row.lists,
      figures?.fullCrud ?? '-',
      row.fullCrud,
      decided(figures?.pagesDecided),
      decided(figures?.idsDecided),
      told.ms,
      told.memory,
      trip,
    ]);
  }
  const trips = `${share(sum.valid, sum.tried)} of ${sum.documents} documents`;
  printRow([
    'all',
    share(sum.lists, sum.wantedLists),
    sum.wantedLists,
    share(sum.crud, sum.wantedCrud),
    sum.wantedCrud,
    share(sum.pages, sum.objects),
    share(sum.ids, sum.objects),
    '',
    '',
    trips,
  ]);
}

const [, , flag, file] = process.argv;
if (flag === '--one' && file !== undefined) await one(file);
else all();
