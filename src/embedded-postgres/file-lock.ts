import { Database } from 'bun:sqlite'

/**
 * A lock between processes of one machine, by the path of a file. The kernel releases it when its holder exits, even
 * after `kill -9`, so it never becomes stale. Implemented with SQLite's lock on a database file, because Bun has no API for
 * file locks.
 */
export class FileLock {
  readonly #database: Database

  /** Opens the file, and creates it if it does not exist. Does not take the lock. */
  constructor(file: string) {
    this.#database = new Database(file, { create: true })
    this.#database.run('pragma busy_timeout = 0')
  }

  /** Takes the lock exclusively. Returns false if another process holds it, exclusively or shared. */
  tryExclusive(): boolean {
    return this.#try('begin exclusive')
  }

  /** Takes the lock together with others. Returns false if another process holds it exclusively. */
  tryShared(): boolean {
    // `begin` alone takes no lock; the first read does.
    return this.#try('begin', 'select 1 from sqlite_master')
  }

  /** Releases the lock, if it is held. */
  release(): void {
    if (this.#database.inTransaction) this.#database.run('rollback')
  }

  /** Releases the lock and closes the file. */
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
