import { beforeEach, expect } from 'bun:test'
import { emptyHistogram } from '../../src/tally/histogram.ts'
import { type Account, createAccount, createTask } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { beatNow } from '../support/pass-beat.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  await beatNow()
  owner = await createAccount()
  await createTask(owner, { name: 'Send the invoices' })
})

/** Writes down what ended on a day before today, in UTC, or in the quarter hour that begins so many hours ago. */
const tally = (ago: { days: number } | { hours: number }, success: number, failed: number) => sql`
  insert into tally (service_id, at, shard, success, failed, skipped, duration_ms, skew_ms)
  values (
    ${owner.id},
    ${
      'days' in ago
        ? sql`date_trunc('day', now()) - make_interval(days => ${ago.days})`
        : sql`date_bin('15 minutes', now() - make_interval(hours => ${ago.hours}), timestamptz '2000-01-01 00:00+00')`
    },
    0, ${success}, ${failed}, 0, ${emptyHistogram()}, ${emptyHistogram()}
  )`

/** A text that a plot has drawn, and where: in CSS pixels. */
interface Drawn {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly base: number
}

/** Has the page note what is written on each canvas since it was wiped. */
const noteTexts = ({ page }: Visit) =>
  page.addInitScript(() => {
    const { fillText, clearRect } = CanvasRenderingContext2D.prototype
    CanvasRenderingContext2D.prototype.clearRect = function (...args) {
      ;(this.canvas as HTMLCanvasElement & { drawn: Drawn[] }).drawn = []
      clearRect.apply(this, args)
    }
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
      const { width } = this.measureText(text)
      const part = { left: 0, start: 0, center: 0.5, right: 1, end: 1 }[this.textAlign]
      const at = this.getTransform().transformPoint({
        x: x - width * part,
        y: this.textBaseline === 'top' ? y + 10 : y,
      })
      const canvas = this.canvas as HTMLCanvasElement & { drawn?: Drawn[] }
      canvas.drawn?.push({ text, left: at.x, right: at.x + width, base: at.y })
      fillText.call(this, text, x, y, ...rest)
    }
  })

const drawnOn = ({ page }: Visit, plot: string) =>
  page.evaluate<Drawn[]>(`document.querySelector('.plot.${plot} canvas')?.drawn ?? []`)

/** The pairs of texts of which one covers the other. */
function overlapping(texts: readonly Drawn[]): string[] {
  const pairs = texts.flatMap((one, at) => texts.slice(at + 1).map((other) => [one, other] as const))
  return pairs
    .filter(([a, b]) => a.left < b.right && b.left < a.right && Math.abs(a.base - b.base) < 11)
    .map(([a, b]) => `${a.text} and ${b.text}`)
}

for (const width of [1300, 1000, 700, 420, 320])
  browserTest(`no label of a plot covers another one, ${width} px wide`, async () => {
    for (let days = 1; days <= 6; days++) await tally({ days }, 88_888, 88_888)
    await tally({ hours: 2 }, 10_000, 10_000)
    const visit = await dashboard.visit({ viewport: { width, height: 900 } })
    await noteTexts(visit)
    await signIn(visit, owner, '')
    for (const plot of ['timeline', 'days']) {
      const texts = await eventually(async () => {
        const drawn = await drawnOn(visit, plot)
        return drawn.some(({ text }) => /failed|^88/.test(text)) && drawn
      }, `what is written on ${plot}`)
      expect(overlapping(texts)).toEqual([])
    }
  })

browserTest('the days begin with the first one on which something ended', async () => {
  await tally({ hours: 0 }, 7, 1)
  const visit = await dashboard.visit()
  await noteTexts(visit)
  await signIn(visit, owner, '')
  const texts = () => drawnOn(visit, 'days').then((drawn) => drawn.map(({ text }) => text).sort())
  const day = (ago: number) =>
    new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' }).format(
      Date.now() - ago * 86_400_000,
    )
  await eventually(async () => Bun.deepEquals(await texts(), [day(0), '7', '1 failed'].sort()), 'one day')
  await tally({ days: 2 }, 5, 0)
  const all = [day(0), '7', '1 failed', day(1), '0', day(2), '5'].sort()
  await eventually(async () => Bun.deepEquals(await texts(), all), 'three days')
})
