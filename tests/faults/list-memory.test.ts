import { expect, test } from 'bun:test'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'bun'
import { sql } from '../support/database.ts'
import { startReplica } from '../support/replica.ts'
import { useScene } from '../support/scene.ts'

const scene = useScene()

const tasks = 1_000
const forms = [
  ['the bare array', '/tasks'],
  ['one page by number', '/tasks?count=1000'],
  ['pages by cursor', '/tasks?limit=1000'],
] as const

test('three lists of 1,000 tasks with 256 KiB each at once, read slowly, or with gzip: less than 512 MB', async () => {
  await sql`
    insert into task (service_id, id, name, url, method, payload, frequency, unit, scheduled_at)
    select ${scene.account.id}, gen_random_uuid(), 'large ' || number, 'http://127.0.0.1:9/', 'POST',
      repeat(md5(number::text), 8192), 1, 'hour', '2999-01-01T00:00:00Z'
    from generate_series(1, ${tasks}::integer) number`
  const replica = await startReplica(scene.account, { env: { SCHEDULER_ENABLED: 'false' } })
  /** The most memory that the process ever had, in MB. */
  const peak = async () => {
    const status = await readFile(`/proc/${replica.pid}/status`, 'utf8')
    return Math.round((Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024) / 1e6)
  }
  /** Reads one response, and counts its bytes and its tasks without keeping them. */
  const read = async (path: string, coding: string, slowly: boolean) => {
    const response = await fetch(replica.base + path, {
      headers: { service_id: replica.id, token: replica.token, 'accept-encoding': coding },
      decompress: false,
    })
    expect([response.status, response.headers.get('content-encoding') ?? 'identity']).toEqual([200, coding])
    const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader()
    const zipped: Uint8Array<ArrayBuffer>[] = []
    let [count, end] = [0, '']
    for (let chunk = await reader.read(); chunk.value; chunk = await reader.read()) {
      if (coding === 'gzip') zipped.push(chunk.value)
      else {
        const text = end + Buffer.from(chunk.value).toString('latin1')
        count += text.split('"service_id":').length - 1
        end = text.slice(-300).replaceAll('"service_id":', '')
      }
      if (slowly) await Bun.sleep(2)
    }
    if (coding === 'gzip') {
      end = Buffer.from(gunzipSync(Buffer.concat(zipped))).toString('latin1')
      count = end.split('"service_id":').length - 1
    }
    const next = /"next_cursor":"([^"]+)"\}$/.exec(end)?.[1]
    return { count, next }
  }
  /** Reads a list to its end. */
  const readAll = async (path: string, coding: string, slowly: boolean) => {
    let { count, next } = await read(path, coding, slowly)
    while (next !== undefined) {
      const page = await read(`${path}&cursor=${next}`, coding, slowly)
      count += page.count
      next = page.next
    }
    return count
  }
  for (const [name, path] of forms)
    for (const [coding, slowly] of [
      ['identity', true],
      ['gzip', false],
    ] as const) {
      const counts = await Promise.all([1, 2, 3].map(() => readAll(path, coding, slowly)))
      expect([name, coding, slowly, ...counts]).toEqual([name, coding, slowly, tasks, tasks, tasks])
      expect(await peak()).toBeLessThan(512)
    }
}, 300_000)
