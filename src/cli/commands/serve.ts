import { Command } from 'commander'
import { processConfig } from '../../config/config.ts'
import { serve } from '../../serve/serve.ts'

/** Creates `duly serve`. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the service: API, dashboard and scheduler.')
    .action(() => serve(processConfig()))
}
