import { ConfigError } from '../config-error.ts'
import { type EmbeddedOptions, startEmbedded } from './embedded.ts'

/** The part of the configuration that names the database. */
export interface DatabaseSettings {
  /** Where the database is; undefined for the embedded one. */
  readonly databaseUrl: string | undefined
  /** A variable that speaks against the embedded one, as a sentence. */
  readonly embeddedConflict: string | undefined
  /** The folder of the embedded one. */
  readonly dataDir: string
}

export interface Database {
  readonly url: string
  /** Call it when every connection is closed. */
  close(): Promise<void>
}

/**
 * The database the settings name: the one at DATABASE_URL, or the embedded one, which is started.
 * @param report told what a person should know of the embedded one; without it nobody is
 * @param options of the embedded one
 * @throws EmbeddedDatabaseError; ConfigError when a variable speaks against the embedded one
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
