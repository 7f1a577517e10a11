import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const entrypoint = join(import.meta.dir, '../../src/cli/client/main.ts')

/** Does `work` with the path of a file that has the client of the command line in it, as it is published, and deletes it. */
export async function withBundledClient<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'duly-test-client-'))
  try {
    await Bun.build({ entrypoints: [entrypoint], outdir: folder, naming: 'duly.js', target: 'bun' })
    return await work(join(folder, 'duly.js'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
