import { ConfigError } from '../config-error.ts'
import { type EmbeddedOptions, startEmbedded } from './embedded.ts'

/** The part of the configuration that selects the database. */
interface DatabaseSettings {
  /** DATABASE_URL; undefined for the embedded database. */
  readonly databaseUrl: string | undefined
  /** The error, as a sentence, if another variable suggests that the embedded database is not wanted. */
  readonly embeddedConflict: string | undefined
  /** The folder of the embedded database. */
  readonly dataDir: string
}

/** An open database. */
interface Database {
  readonly url: string
  /** Stops an embedded server that no other process uses. Close all connections before. */
  close(): Promise<void>
}

/**
 * Returns the configured database: the one of DATABASE_URL, or the embedded one, which is started.
 * @param report called with one line when something happens to the embedded server that a user should know
 * @param options of the embedded server
 * @throws EmbeddedDatabaseError; ConfigError if `embeddedConflict` is set
 */
export async function openDatabase(
  config: DatabaseSettings,
  report: (line: string) => void = () => {},
  options: EmbeddedOptions = {},
): Promise<Database> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, close: async () => {} }
  if (config.embeddedConflict !== undefined) throw new ConfigError(config.embeddedConflict)
  const embedded = await startEmbedded(config.dataDir, report, options)
  return { url: embedded.url, close: () => embedded.stop() }
}
