import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { startEmbedded } from '../../src/embedded-postgres/embedded.ts'

// To make a cluster and migrate its database takes seconds, and most services that tests start need a database that is
// new, and not that they make it. So one is made for all of them, and copied.

const root = join(import.meta.dir, '../..')
const home = join(root, '.data/test')

/** Names what the cluster is made from: the version of PostgreSQL and the migrations. */
function fingerprint(): string {
  const migrations = join(root, 'db/migrations')
  const hash = createHash('sha256').update(JSON.stringify(readJson(join(root, 'package.json')).optionalDependencies))
  for (const name of readdirSync(migrations).sort()) hash.update(name).update(readFileSync(join(migrations, name)))
  return hash.digest('hex').slice(0, 12)
}

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as { optionalDependencies: object }

const madeCluster = () => join(home, `made-${fingerprint()}`)

/** Makes the cluster that `copyMadeCluster` copies, unless an earlier run has; deletes those of other migrations. */
export async function makeCluster(): Promise<void> {
  const made = madeCluster()
  if (existsSync(made)) return
  mkdirSync(home, { recursive: true })
  for (const name of readdirSync(home).filter((entry) => entry.startsWith('made-')))
    rmSync(join(home, name), { recursive: true, force: true })
  // PostgreSQL's own user can look into this folder, but perhaps not into the checkout.
  const folder = mkdtempSync(join(tmpdir(), 'duly-test-made-'))
  chmodSync(folder, 0o755)
  try {
    const server = await startEmbedded(folder, console.error)
    try {
      await migrate(server.url)
      // A database that is new was made just now, and not as long ago as this one: without this the time since then would be
      // an outage. The first pass that goes well moves it.
      const sql = connect(server.url, { max: 1, statementTimeoutSeconds: 20, name: 'duly test made' })
      await sql`update pass_beat set at = '2099-01-01T00:00:00Z'`
      await sql.end({ timeout: 2 })
    } finally {
      await server.stop()
    }
    const unfinished = `${made}-unfinished`
    copy(join(folder, 'postgres'), unfinished)
    renameSync(unfinished, made)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Gives an empty DATA_DIR a cluster whose database is migrated and otherwise empty. */
export function copyMadeCluster(dataDir: string): void {
  copy(madeCluster(), join(dataDir, 'postgres'))
}

function copy(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to])
  if (status !== 0) throw new Error(`A cluster cannot be copied: ${stderr}`)
}
