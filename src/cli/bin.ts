import { Command } from 'commander';

await new Command('dovetail')
  .description('Keeps records the same in two business systems, in both directions.')
  .action((_options, command: Command) => command.outputHelp())
  .parseAsync();
