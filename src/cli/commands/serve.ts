import { Command } from 'commander'
import { processConfig } from '../../config/config.ts'

/** Creates `duly serve`. */
export function serveCommand(): Command {
  return new Command('serve').description('Run the service: API, dashboard and scheduler.').action(async () => {
    // Loaded only here: it is half of the program, and the other commands start without it.
    const { serve } = await import('../../serve/serve.ts')
    return serve(processConfig())
  })
}
