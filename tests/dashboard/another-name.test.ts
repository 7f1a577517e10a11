import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { authority } from '../support/certificates.ts'
import { emptyDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

/** Has reads of what is called `name` wait. @returns lets them go on */
async function hold({ page }: Visit, name: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route(
    (url) => url.pathname.endsWith(`/${name}`),
    async (route) => {
      await promise
      await route.continue()
    },
  )
  return resolve
}

for (const { screen, put, heading, ofFirst } of [
  {
    screen: 'calendars/show',
    put: (name: string) =>
      send(owner, 'PUT', `/calendars/${name}`, { weekend: [], days: [{ day: '2099-01-01', note: `Of ${name}` }] }),
    heading: 'Calendar',
    ofFirst: 'text="Of first"',
  },
  {
    screen: 'calendars/edit',
    put: (name: string) =>
      send(owner, 'PUT', `/calendars/${name}`, { weekend: [], days: [{ day: '2099-01-01', note: `Of ${name}` }] }),
    heading: 'Edit calendar',
    ofFirst: 'text="Of first"',
  },
  {
    screen: 'flows/edit',
    put: (name: string) => send(owner, 'PUT', `/flows/${name}`, { concurrency: name === 'first' ? 7 : 8 }),
    heading: 'Flow',
    ofFirst: '#flow-concurrency',
  },
  {
    screen: 'tls-profiles/edit',
    put: (name: string) => send(owner, 'PUT', `/tls-profiles/${name}`, { ca: authority }),
    heading: 'TLS profile',
    ofFirst: '#profile-ca',
  },
])
  browserTest(`below the name of another one nothing of the one before is shown: ${screen}`, async () => {
    for (const name of ['first', 'second']) expect((await put(name)).status).toBeLessThan(300)
    const visit = await dashboard.visit()
    const { page, origin } = visit
    await signIn(visit, owner, `#/${screen}?name=first`)
    await page.locator(ofFirst).waitFor()
    const goOn = await hold(visit, 'second')
    await page.goto(`${origin}/#/${screen}?name=second`)
    await page.getByRole('heading', { name: `${heading} second` }).waitFor()
    expect(await page.locator(ofFirst).count()).toBe(0)
    goOn()
    await page.getByText('Loading…').waitFor({ state: 'detached' })
  })

browserTest('the title of the document names the calendar, also of one that is opened later', async () => {
  for (const name of ['first', 'second']) await send(owner, 'PUT', `/calendars/${name}`, { weekend: [], days: [] })
  const visit = await dashboard.visit()
  const { page } = visit
  await signIn(visit, owner, '#/calendars')
  for (const name of ['first', 'second']) {
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByText('No task uses it.').waitFor()
    await eventually(async () => (await page.title()).startsWith(`Calendar ${name} `), `the title of ${name}`)
    await page.goBack()
  }
})
