import type { Command } from 'commander';
import { problem } from '../../record/diagnostic.ts';
import { type Cli, type CommonOptions, toCount, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { runsText, runText } from '../views/runs.ts';

interface RunsOptions extends CommonOptions {
  most: number;
}

/** Runs that are looked through for an id. */
const SEARCHED = 10_000;

export function addRuns(program: Command, cli: Cli): void {
  const runs = program.command('runs').summary('what the runs did').description('Shows what the runs did.');
  const list = withIntegration(runs.command('list', { isDefault: true }))
    .description('Lists the runs, the newest first.')
    .option('--most <number>', 'how many', toCount, 20)
    .action((options: RunsOptions) =>
      withRuntime(cli, options, async ({ store, integration }, output) => {
        output.document({ runs: await store.runs(integration.name, options.most) }, runsText);
        return EXIT.done;
      }),
    );
  const show = withIntegration(runs.command('show <id>'))
    .description('Shows one run: its counts by mapping, its calls, and what it had to say.')
    .action((id: string, options: CommonOptions) =>
      withRuntime(cli, options, async ({ store, integration }, output) => {
        const found = (await store.runs(integration.name, SEARCHED)).filter((run) => run.id.startsWith(id));
        const [run] = found;
        if (!run || found.length > 1) return output.failure(EXIT.usage, [noSuchRun(id, found.length)]);
        output.document({ run, systems: { a: integration.a.name, b: integration.b.name } }, runText);
        return EXIT.done;
      }),
    );
  withExamples(runs, 'dovetail runs', 'dovetail runs show 4f3a9c01');
  withExamples(list, 'dovetail runs list --most 5');
  withExamples(show, 'dovetail runs show 4f3a9c01', 'dovetail runs show 4f3a9c01 --json');
}

const noSuchRun = (id: string, found: number) =>
  problem('run-unknown', found > 1 ? `${found} runs begin with ${id}` : `There is no run ${id}`, {
    next: 'See `dovetail runs` for the ids; their first digits are enough.',
  });
