import { expect, test } from 'bun:test'
import { listResponse, textBody } from '../../src/http/json-stream.ts'
import { budgetPerService, reserveMemory } from '../../src/http/memory-budget.ts'

const request = new Request('http://localhost/')
const service = () => crypto.randomUUID()

test('reservations are granted up to the budget, then in order, and each service has its own budget', async () => {
  const one = service()
  const half = budgetPerService / 2
  const [first, second] = [await reserveMemory(one, half), await reserveMemory(one, half)]
  const order: string[] = []
  const third = reserveMemory(one, half).then(() => order.push('third'))
  const small = reserveMemory(one, 1).then(() => order.push('small'))
  await reserveMemory(service(), budgetPerService)
  expect(order).toEqual([])
  first.release()
  first.release()
  await third
  second.resize(half - 1)
  await small
  expect(order).toEqual(['third', 'small'])
})

test('a reservation without room in time is a 429, and does not delay those queued after it', async () => {
  const one = service()
  const all = await reserveMemory(one, budgetPerService)
  const refused = await reserveMemory(one, 1, 10).catch((error) => error)
  expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
  all.release()
  await reserveMemory(one, budgetPerService)
})

test('a reservation that waits in vain for much does not hold up those behind it that need less', async () => {
  const one = service()
  await reserveMemory(one, budgetPerService - 1)
  const refused = reserveMemory(one, 2, 10).catch((error) => error)
  const small = reserveMemory(one, 1, 60_000)
  expect(await refused).toMatchObject({ status: 429 })
  await small
})

test('one reservation may exceed the budget when nothing else is reserved', async () => {
  const one = service()
  const share = await reserveMemory(one, budgetPerService * 3)
  const next = reserveMemory(one, 1)
  share.release()
  await next
})

/** What is left of a service's budget, in bytes: it is found by taking it. */
async function isFree(serviceId: string): Promise<boolean> {
  const share = await reserveMemory(serviceId, budgetPerService, 50).catch(() => undefined)
  share?.release()
  return share !== undefined
}

const long = `"${'x'.repeat(300_000)}"`
const batches = (count: number) => async (last?: number) => {
  const number = (last ?? 0) + 1
  return { json: long, last: number, more: number < count }
}

test('a list releases its reservation when it was read, when its reader disconnects, and when a batch fails', async () => {
  const one = service()
  const read = await listResponse({ request, serviceId: one, next: batches(5) })
  expect(((await read.json()) as unknown[]).length).toBe(5)
  expect(await isFree(one)).toBe(true)

  const left = (await listResponse({ request, serviceId: one, next: batches(5) })).body?.getReader()
  await left?.read()
  expect(await isFree(one)).toBe(false)
  await left?.cancel()
  expect(await isFree(one)).toBe(true)

  const failing = async (last?: number) => {
    if (last !== undefined) throw new Error('made by this test')
    return { json: long, last: 1, more: true }
  }
  const broken = await listResponse({ request, serviceId: one, next: failing })
  expect(await broken.text().catch(() => 'broken off')).toBe('broken off')
  expect(await isFree(one)).toBe(true)
  const never = listResponse({ request, serviceId: one, next: () => Promise.reject(new Error('made by this test')) })
  expect(await never.catch(() => 'refused')).toBe('refused')
  expect(await isFree(one)).toBe(true)
})

test('a reader that disconnects while a batch is being read leaves nothing reserved', async () => {
  const one = service()
  const { promise: batch, resolve: arrive } = Promise.withResolvers<void>()
  const slow = async (last?: number) => {
    if (last !== undefined) await batch
    return batches(5)(last)
  }
  const other = await reserveMemory(one, 1)
  for (const accepted of ['identity', 'gzip']) {
    const asked = new Request('http://localhost/', { headers: { 'accept-encoding': accepted } })
    const reader = (await listResponse({ request: asked, serviceId: one, next: slow })).body?.getReader()
    await reader?.read()
    // Long enough for what is in memory to be taken, and the next batch to be asked for.
    for (let reads = 0; reads < 5; reads++) await Promise.race([reader?.read(), Bun.sleep(10)])
    await reader?.cancel()
  }
  arrive()
  await Bun.sleep(10)
  other.release()
  expect(await isFree(one)).toBe(true)
})

test('a long text is sent unchanged, and its reservation is released once it was read', async () => {
  const one = service()
  const text = 'é'.repeat(200_000)
  const answer = new Response(await textBody(one, text))
  expect(await isFree(one)).toBe(false)
  expect(await answer.text()).toBe(text)
  expect(await isFree(one)).toBe(true)
})
