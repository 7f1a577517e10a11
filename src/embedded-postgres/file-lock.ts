import { Database } from 'bun:sqlite'

/**
 * A lock that processes of one machine share by the name of a file. The kernel lets go of it when its holder ends, even
 * by `kill -9`, so it is never stale. SQLite takes it: Bun has no lock on files of its own, and SQLite's are well kept.
 */
export class FileLock {
  readonly #database: Database

  /** Opens the file and makes it where it is missing; nothing is locked yet. */
  constructor(file: string) {
    this.#database = new Database(file, { create: true })
    this.#database.run('pragma busy_timeout = 0')
  }

  /** Takes the lock for this holder alone. Returns false when anybody holds it. */
  tryAlone(): boolean {
    return this.#try('begin exclusive')
  }

  /** Takes the lock beside others who share it. Returns false when somebody holds it alone. */
  tryShared(): boolean {
    // Only the read that follows takes the lock.
    return this.#try('begin', 'select 1 from sqlite_master')
  }

  release(): void {
    if (this.#database.inTransaction) this.#database.run('rollback')
  }

  close(): void {
    this.release()
    this.#database.close()
  }

  #try(...statements: string[]): boolean {
    try {
      for (const statement of statements) this.#database.query(statement).all()
      return true
    } catch (error) {
      this.release()
      if ((error as { code?: string }).code === 'SQLITE_BUSY') return false
      throw error
    }
  }
}
