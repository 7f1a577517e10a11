import { type ConnectOptions, connect } from './connect.ts'
import { checkSessions, type Kept } from './pooler.ts'
import { giveToRole, MissingSettingsError } from './role-settings.ts'

/** How often the settings are given, while a pooler goes on using sessions that do not have them. */
const triesAtMost = 4
/** Pause before the next check, in ms. */
const againMs = 500

/**
 * Checks that sessions have the settings that Duly needs. Where a connection pool drops them, the user of the address gets them
 * in this database, and the check is made again in new sessions.
 * @param given called when settings were given, with their names
 * @returns what else sessions keep
 * @throws MissingSettingsError if sessions still lack settings, or the user may not give itself some; the driver's error if the
 *   database is not available
 */
export async function prepareSessions(
  url: string,
  options: ConnectOptions,
  given: (names: readonly string[]) => void,
): Promise<Kept> {
  for (let tries = 1; ; tries++) {
    try {
      return await checkSessions(url, options)
    } catch (error) {
      if (!(error instanceof MissingSettingsError) || tries === triesAtMost) throw error
      if (!(await isGiven(url, options, error))) throw error
      if (tries === 1) given(error.missing.map(({ name }) => name))
      await Bun.sleep(againMs)
    }
  }
}

/** @returns false if the user may not do it */
async function isGiven(url: string, options: ConnectOptions, { missing }: MissingSettingsError): Promise<boolean> {
  const sql = connect(url, { ...options, max: 1 })
  try {
    await giveToRole(sql, missing)
    return true
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === '42501') return false
    // Another replica does it at this moment.
    if (code !== 'XX000') throw error
    return true
  } finally {
    await sql.end({ timeout: 1 })
  }
}
