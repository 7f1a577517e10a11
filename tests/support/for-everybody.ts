import { expect } from 'bun:test'
import type { Account } from './app.ts'
import { browserTest, goTo, signIn, signInByForm, type useDashboard, type Visit } from './browser.ts'
import { eventually } from './eventually.ts'
import { findings } from './findings.ts'

/** A way through screens in their states. */
export interface Tour {
  readonly page: Visit['page']
  /** Opens a place, and waits until a text is shown. */
  open(hash: string, text: string): Promise<void>
  /** Notes what is wrong with what is shown now. */
  look(where: string): Promise<void>
}

interface ForEverybody {
  readonly dashboard: ReturnType<typeof useDashboard>
  /** The subject of the sentence, such as `calendars are`. */
  readonly what: string
  /** Called within a test: a service that has nothing yet, and one with what the tour looks at. */
  accounts(): { readonly beginner: Account; readonly owner: Account }
  /** The places where a service that has nothing is told so, and the text that says it. */
  readonly nothing: readonly (readonly [hash: string, text: string])[]
  tour(tour: Tour): Promise<void>
}

/** Tests that nothing is wrong with screens, for axe and in the browser's own tree: in both themes, wide and narrow, also without data. */
export function testForEverybody({ dashboard, what, accounts, nothing, tour }: ForEverybody): void {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 320])
      browserTest(
        `${what} for everybody, ${colorScheme} and ${width} px wide`,
        async () => {
          const visit = await dashboard.visit({ colorScheme, viewport: { width, height: 800 } })
          const { page } = visit
          const { beginner, owner } = accounts()
          const found: string[] = []
          const open = (hash: string, text: string) => goTo(visit, hash, page.getByText(text).first())
          const look = async (where: string) => void found.push(...(await findings(page, where)))
          await signIn(visit, beginner)
          for (const [hash, text] of nothing) {
            await open(hash, text)
            await look(text)
          }
          await page.getByRole('button', { name: 'Sign out' }).click()
          await signInByForm(visit, owner)
          await tour({ page, open, look })
          expect(found).toEqual([])
        },
        120_000,
      )
}

/** A screen: its place, its heading, and the beginning of the title of its page if that is another one. */
type Titled = readonly [hash: string, heading: string, title?: string]

interface Titles extends Pick<ForEverybody, 'dashboard'> {
  /** The subject of the sentence, such as `every screen of calendars`. */
  readonly what: string
  /** Called within a test. */
  owner(): Account
  /** Called within a test. */
  screens(): readonly Titled[]
}

/** Tests that screens say what they are in one heading and in the title of the page. */
export function testTitles({ dashboard, what, owner, screens }: Titles): void {
  browserTest(`${what} says in its title and in one heading what it is`, async () => {
    const visit = await dashboard.visit()
    const { page, origin } = visit
    await signIn(visit, owner())
    for (const [hash, heading, title = heading] of screens()) {
      await page.goto(`${origin}/${hash}`)
      await page.getByRole('heading', { name: heading, level: 1, exact: true }).waitFor()
      await eventually(async () => (await page.title()) === `${title} · team · Duly`, title)
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    }
  })
}
