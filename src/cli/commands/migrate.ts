import { Command } from 'commander'
import { migrate } from '../../database/migrate.ts'
import { prepareSessions } from '../../database/prepare-sessions.ts'
import { writeError, writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { withAddress } from '../with-database.ts'

/** Creates `duly migrate`. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'Apply the migrations that the database lacks, and give the database user the settings that a connection pool drops.',
    )
    .option('--json', 'print JSON for scripts')
    .action(({ json }: { json?: boolean }) =>
      withAddress(async (url, config) => {
        const { applied, unknown } = await migrate(url, {
          migrationUrl: config.databaseMigrationUrl,
          report: writeError,
        })
        await prepareSessions(url, { max: 1, statementTimeoutSeconds: 10, name: 'duly migrate' }, (names) =>
          writeError(
            `A connection pool drops settings that Duly asks for. They were given to the database user, for this database: ${names.join(', ')}.`,
          ),
        )
        if (json) return await writeJson(unknown.length > 0 ? { applied, unknown } : { applied })
        if (applied.length > 0) await writeLine(applied.map((file) => `Applied: ${printable(file)}`).join('\n'))
        else await writeLine('The database is up to date.')
        if (unknown.length > 0)
          await writeLine(
            `It has migrations of a newer version of Duly, which this one does not know: ${printable(unknown.join(', '))}.`,
          )
      }),
    )
}
