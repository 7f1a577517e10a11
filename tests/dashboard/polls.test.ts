import { beforeEach, expect } from 'bun:test'
import { openTestAlerts } from '../support/alerts.ts'
import { type Account, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard } from '../support/browser.ts'
import { type Exchange, startCountingProxy } from '../support/counting-proxy.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { filledService, runTasks } from '../support/filled-service.ts'

const dashboard = useDashboard()
let owner: Account
/** The newest first, as they are listed: a hundred that are well, and 340 that are failing. */
let ids: readonly string[]
beforeEach(async () => {
  await emptyDatabase()
  ;({ owner, ids } = await filledService())
})

/** One of a hundred tasks in a list has run. */
const oneRuns = () => runTasks(owner.id, [ids[30] as string])
const oneFails = () => runTasks(owner.id, [ids[130] as string], 'failed')
/** As many as run between two polls if each of a hundred runs each minute. */
const nineRun = () =>
  runTasks(
    owner.id,
    [2, 7, 12, 33, 41, 55, 67, 78, 99].map((place) => ids[place] as string),
  )

/** A screen, what happens while it is shown, and what tells of that. */
interface Scene {
  readonly name: string
  hash(): string
  happen(): Promise<unknown>
  /** The address that has the news. */
  readonly news: string
}

const scenes: readonly Scene[] = [
  { name: 'the overview when a task has run', hash: () => '#/', happen: oneRuns, news: '/overview' },
  {
    name: 'the overview when a failing task has failed again',
    hash: () => '#/?failing=all',
    happen: oneFails,
    news: '/overview',
  },
  { name: 'the list of tasks when one of a hundred has run', hash: () => '#/tasks', happen: oneRuns, news: '/tasks' },
  { name: 'the list of tasks when nine of a hundred have run', hash: () => '#/tasks', happen: nineRun, news: '/tasks' },
  {
    name: 'the list of failing tasks when one has failed again',
    hash: () => '#/tasks?result=failing',
    happen: oneFails,
    news: '/tasks',
  },
  { name: 'a task that has run', hash: () => `#/tasks/${ids[30]}`, happen: oneRuns, news: '/executions' },
  { name: 'a task that has failed again', hash: () => `#/tasks/${ids[130]}`, happen: oneFails, news: '/executions' },
  { name: 'the runs when there is another one', hash: () => '#/runs', happen: oneRuns, news: '/executions' },
  {
    name: 'the runs that failed when another one did',
    hash: () => '#/runs?status=failed',
    happen: oneFails,
    news: '/executions',
  },
  {
    name: 'the runs of an hour, which ends later each time',
    hash: () => '#/runs?period=hour',
    happen: oneRuns,
    news: '/executions',
  },
  {
    name: 'the alerts when another one opens',
    hash: () => '#/alerts',
    happen: () => openTestAlerts(owner.id),
    news: '/alerts',
  },
  { name: 'all services when a task of one has run', hash: () => '#/services', happen: oneRuns, news: '/overview' },
  {
    name: 'the flows when one is paused',
    hash: () => '#/flows',
    happen: () => sql`update flow set paused_at = now() where service_id = ${owner.id} and name = 'flow-7'`,
    news: '/flows',
  },
  {
    name: 'the changes when there is another one',
    hash: () => '#/changes',
    happen: () => send(owner, 'POST', `/tasks/${ids[30]}`, { name: 'Another name' }),
    news: '/audit',
  },
]

for (const { name, hash, happen, news } of scenes)
  browserTest(`a poll costs less than 10 KB: ${name}`, async () => {
    const { page, origin, allow } = await dashboard.visit()
    await using proxy = await startCountingProxy(origin)
    const { exchanges } = proxy
    allow(proxy.origin)
    const hasNews = ({ address, status }: Exchange) => address.split('?')[0]?.endsWith(news) && status === 200
    /** Waits until the screen asks again after an answer with something new: then it has read that one. @returns its next question */
    const readNews = (from: number) =>
      eventually(async () => {
        // Has it ask at once for everything that it asks for again and again, and is not waiting for.
        await page.evaluate(`dispatchEvent(new Event('online'))`)
        const place = exchanges.findIndex((one, at) => at >= from && hasNews(one))
        const path = exchanges[place]?.address.split('?')[0]
        const next = exchanges.findIndex(({ address }, at) => at > place && address.split('?')[0] === path)
        return place >= 0 && next >= 0 && next
      }, `news from ${news}`)
    await signIn({ page, origin: proxy.origin }, owner, hash())
    const from = await readNews(0)
    await happen()
    const end = await readNews(from)
    const largest = new Map<string, number>()
    for (const { address, bytes } of exchanges.slice(from, end))
      if (!address.endsWith('.js')) largest.set(address, Math.max(largest.get(address) ?? 0, bytes))
    const total = [...largest.values()].reduce((sum, bytes) => sum + bytes, 0)

    expect(total, JSON.stringify([...largest])).toBeLessThan(10_000)
  })
