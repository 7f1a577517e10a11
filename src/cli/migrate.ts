import { Command } from 'commander'
import { processConfig } from '../config.ts'
import { migrate } from '../database/migrate.ts'
import { openDatabase } from '../database/open.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Apply the migrations that the database lacks.')
    .option('--json', 'print JSON for scripts')
    .action(async ({ json }: { json?: boolean }) => {
      const database = await openDatabase(processConfig())
      try {
        const applied = await migrate(database.url)
        if (json) console.log(JSON.stringify({ applied }))
        else console.log(applied.length === 0 ? 'The database is up to date.' : applied.join('\n'))
      } finally {
        await database.close()
      }
    })
}
