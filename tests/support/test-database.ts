import { join } from 'node:path'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { startEmbedded } from '../../src/embedded-postgres/embedded.ts'
import { makeCluster } from './made-cluster.ts'

/**
 * Makes fresh, migrated databases in an embedded PostgreSQL of the checkout's own, does `work` with the URL of each at the
 * same time, and drops them, whatever came of the work.
 */
export async function withTestDatabases<T>(
  count: number,
  work: (url: string, lane: number) => Promise<T>,
): Promise<T[]> {
  await makeCluster()
  const folder = join(import.meta.dir, '../../.data/test')
  // What it holds is dropped at the end, so it need not survive a power cut, and tests need not wait for the disk.
  const server = await startEmbedded(folder, console.error, { settings: { fsync: 'off', max_connections: 300 } })
  const names = Array.from({ length: count }, (_, lane) => `duly_test_${process.pid}_${lane}`)
  try {
    return await Promise.all(
      names.map(async (name, lane) => {
        const url = server.url.replace('/duly?', `/${name}?`)
        await migrate(url)
        return work(url, lane)
      }),
    )
  } finally {
    const sql = connect(server.url, { max: 1, statementTimeoutSeconds: 60, name: 'duly test end' })
    for (const name of names) await sql.unsafe(`drop database if exists ${name} with (force)`)
    await sql.end({ timeout: 2 })
    await server.stop()
  }
}
