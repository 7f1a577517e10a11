import { join } from 'node:path'
import { connect } from '../../src/database/connect.ts'
import { startEmbedded } from '../../src/database/embedded.ts'
import { migrate } from '../../src/database/migrate.ts'

/**
 * Makes a fresh, migrated database in an embedded PostgreSQL of the checkout's own, does `work` with its URL, and drops
 * it, whatever came of the work.
 */
export async function withTestDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const folder = join(import.meta.dir, '../../.data/test')
  // What it holds is dropped at the end, so it need not survive a power cut, and tests need not wait for the disk.
  const server = await startEmbedded(folder, console.error, { fsync: 'off', max_connections: 300 })
  const name = `duly_test_${process.pid}`
  const url = server.url.replace('/duly?', `/${name}?`)
  try {
    await migrate(url)
    return await work(url)
  } finally {
    const sql = connect(server.url, { max: 1, statementTimeoutSeconds: 60, name: 'duly test end' })
    await sql.unsafe(`drop database if exists ${name} with (force)`)
    await sql.end({ timeout: 2 })
    await server.stop()
  }
}
