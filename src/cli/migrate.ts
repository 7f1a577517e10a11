import { Command } from 'commander'
import { processConfig } from '../config.ts'
import { migrate } from '../database/migrate.ts'
import { openDatabase } from '../database/open.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Apply the migrations that the database lacks.')
    .option('--json', 'print JSON for scripts')
    .action(async ({ json }: { json?: boolean }) => {
      const config = processConfig()
      const database = await openDatabase(config)
      try {
        const { applied, unknown } = await migrate(database.url, {
          migrationUrl: config.databaseMigrationUrl,
          say: console.error,
        })
        if (json) return console.log(JSON.stringify(unknown.length > 0 ? { applied, unknown } : { applied }))
        if (applied.length > 0) console.log(applied.map((file) => `Applied: ${file}`).join('\n'))
        else console.log('The database is up to date.')
        if (unknown.length > 0)
          console.log(
            `It has migrations of a newer version of Duly, which this one does not know: ${unknown.join(', ')}.`,
          )
      } finally {
        await database.close()
      }
    })
}
