import { Command } from 'commander'
import { processConfig } from '../../config.ts'
import { serve } from '../../serve/serve.ts'

export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the service: API, dashboard and scheduler.')
    .action(() => serve(processConfig()))
}
