import type { Config } from '../config.ts'
import { ConfigError } from '../config-error.ts'
import { type EmbeddedOptions, startEmbedded } from './embedded.ts'

export interface Database {
  readonly url: string
  /** Call it when every connection is closed. */
  close(): Promise<void>
}

/**
 * The database the settings name: the one at DATABASE_URL, or the embedded one, which is started.
 * @param say told what a person should know of the embedded one; without it nobody is
 * @param options of the embedded one
 * @throws EmbeddedDatabaseError; ConfigError when a variable speaks against the embedded one
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'embeddedDoubt' | 'dataDir'>,
  say: (line: string) => void = () => {},
  options: EmbeddedOptions = {},
): Promise<Database> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, close: async () => {} }
  if (config.embeddedDoubt !== undefined) throw new ConfigError(config.embeddedDoubt)
  const embedded = await startEmbedded(config.dataDir, say, options)
  return { url: embedded.url, close: () => embedded.stop() }
}
