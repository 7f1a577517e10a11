import { afterAll, afterEach, beforeAll, beforeEach } from 'bun:test'
import { createToken } from '../../src/services/credentials.ts'
import type { Account } from './app.ts'
import { type OwnDatabase, startOwnDatabase } from './own-database.ts'
import { endEverything, endPrograms } from './process.ts'
import { startReplica } from './replica.ts'
import type { Service } from './service.ts'
import { stopTargets, Target } from './target.ts'

/** What faults of the server itself happen to: a PostgreSQL of the file's own, one service, and a target that answers 200. */
export interface OwnDatabaseScene {
  readonly database: OwnDatabase
  readonly account: Account
  readonly target: Target
  /** Starts a replica on this server. */
  start(): Promise<Service>
}

/**
 * Sets this scene for the tests of a file; the result holds what the running test uses.
 * @param perTest whether each test has a server of its own; otherwise all share one, emptied after each test
 * @param restore runs first after each test: undoes what a test did to the server
 */
export function useOwnDatabase({ perTest = false, restore = async () => {} } = {}): OwnDatabaseScene {
  const account = { id: Bun.randomUUIDv7(), token: createToken() }
  const scene = {
    account,
    start: () => startReplica(account, { databaseUrl: scene.database.url }),
  } as { -readonly [key in keyof OwnDatabaseScene]: OwnDatabaseScene[key] }
  const begin = perTest ? beforeEach : beforeAll
  begin(async () => {
    scene.database = await startOwnDatabase()
  })
  beforeEach(() => {
    scene.target = new Target()
  })
  afterEach(async () => {
    await restore()
    stopTargets()
    await endPrograms()
    // A replica that is gone has a lease, and claims would wait for it.
    if (!perTest) await scene.database.sql`truncate task, execution, replica cascade`
    else await end()
  })
  if (!perTest) afterAll(() => end())
  async function end(): Promise<void> {
    await scene.database.stop()
    await endEverything()
  }
  return scene
}
