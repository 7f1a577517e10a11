import { beforeEach, expect } from 'bun:test'
import { hashToken } from '../../src/services/credentials.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { browserTest, signInByForm, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { createOperator } from '../support/operators.ts'

const dashboard = useDashboard()
let team: Account
let payments: Account
beforeEach(async () => {
  await emptyDatabase()
  team = await createAccount('team')
  payments = await createAccount('payments')
})

/** Gives the token of an operator to the fields of a sign-in. */
async function give({ page }: Pick<Visit, 'page'>, token: string, button = 'Sign in'): Promise<void> {
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: button, exact: true }).click()
}

const rowsOf = ({ page }: Pick<Visit, 'page'>) => page.getByRole('table', { name: 'Services' }).locator('tbody tr')

browserTest('an operator signs in by the token alone, sees all services and opens each, read only', async () => {
  const { id } = await createTask(payments, { name: 'Theirs' })
  await sql`insert into failing_task (service_id, task_id, error) values (${payments.id}, ${id}, 'HTTP 500')`
  const visit = await dashboard.visit()
  const { page, origin } = visit
  await page.goto(origin)
  await give(visit, `${await createOperator()}x`)
  expect(await page.getByRole('alert').textContent()).toStartWith('Unknown service id or wrong token.')
  await give(visit, await createOperator())
  await page.getByText('1 service has failing tasks.').waitFor()
  expect(new URL(page.url()).hash).toBe('#/services')
  const none = '0 succeeded, 0 failed, 0 skipped'
  expect(await rowsOf(visit).allTextContents()).toEqual([
    `payments1 task failingno open alert${none}`,
    `teamnone failingno open alert${none}`,
  ])
  await rowsOf(visit).last().getByRole('button', { name: 'team' }).click()
  await page.getByRole('button', { name: 'team Other services' }).waitFor()
  await page.getByRole('banner').getByText('read only').waitFor()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()

  await page.getByRole('button', { name: 'team Other services' }).click()
  await page.getByRole('link', { name: 'All services' }).click()
  // What is shown is not of the service that was opened last, to which its menu leads back.
  await page.getByRole('button', { name: 'All services One of them' }).click()
  await page.getByRole('banner').getByRole('button', { name: 'team', exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await eventually(
    async () => (await page.title()) === 'Services with failing tasks: 1 · Duly',
    'the title of all services',
  )
  await page.getByLabel('Search').fill('PAY')
  await page.getByText('1 service of those that match has failing tasks.').waitFor()
  expect(await rowsOf(visit).count()).toBe(1)
  await page.getByLabel('Search').fill('nobody')
  await page.getByText('No service matches.').waitFor()
  expect(await page.getByRole('table').count()).toBe(0)
  await page.getByLabel('Search').fill('pay')
  await rowsOf(visit).first().getByRole('button', { name: 'payments' }).click()
  await page.getByText('1 task is failing').waitFor()
  await page.goto(`${origin}/#/tasks/${id}`)
  await page.getByRole('heading', { name: 'Theirs', level: 1 }).waitFor()
  expect(await page.getByRole('button', { name: 'Run now' }).count()).toBe(0)

  // A link to a service that was not opened yet is followed; one to a service that is not there says what it is.
  const third = await createAccount('third')
  await page.goto(`${origin}/#/runs?status=failed&service=${third.id}`)
  await page.getByRole('button', { name: 'third Other services' }).waitFor()
  expect(page.url()).toBe(`${origin}/#/runs?status=failed`)
  await page.goto(`${origin}/#/runs?status=failed&service=${Bun.randomUUIDv7()}`)
  await page.getByRole('heading', { name: 'Another service' }).waitFor()
})

browserTest('an operator who is signed in to a service too opens that with its own token', async () => {
  // The service that an operator begins with is the one whose token is there already.
  await sql`update service set name = 'a team' where id = ${team.id}`
  const visit = await dashboard.visit()
  const { page } = visit
  await signInByForm(visit, team)
  await page.getByRole('button', { name: 'a team Other services' }).click()
  await page.getByRole('button', { name: 'Add a service…' }).click()
  await give(visit, await createOperator(), 'Add')
  await page.getByText('No service has failing tasks.').waitFor()
  await page.getByRole('banner').getByText('read only').waitFor()
  await rowsOf(visit).getByRole('button', { name: 'a team' }).click()
  await page.getByRole('button', { name: 'a team Other services' }).waitFor()
  expect(await page.getByRole('banner').getByText('read only').count()).toBe(0)
  const opened = await page.context().newPage()
  await opened.goto(`${visit.origin}/#/tasks`)
  await opened.getByRole('button', { name: 'a team Other services' }).waitFor()
  expect(await opened.getByRole('banner').getByText('read only').count()).toBe(0)
  // Its own token is refused: the tab does not go on as an operator, who could not save what is typed.
  await sql`update service set token_hash = ${hashToken('another one')} where id = ${team.id}`
  for (const tab of [page, opened]) await tab.getByRole('dialog', { name: 'Sign in' }).waitFor()
})

for (const byHand of [false, true])
  browserTest(
    `an answer that comes after the reader has left a link changes nothing: ${byHand ? 'signed in by hand' : 'of an operator'}`,
    async () => {
      const visit = await dashboard.visit()
      const { page, origin } = visit
      if (byHand) await signInByForm(visit, payments)
      else {
        await page.goto(origin)
        await give(visit, await createOperator())
        await rowsOf(visit).first().getByRole('button', { name: 'payments' }).click()
      }
      await page.getByRole('button', { name: 'payments Other services' }).waitFor()
      const held = Promise.withResolvers<void>()
      const tried = '**/tasks?pageNumber=0&count=1'
      await page.route(tried, async (route) => {
        await held.promise
        await route.continue()
      })
      const asked = page.waitForRequest(tried)
      await page.goto(`${origin}/#/runs?status=failed&service=${team.id}`)
      await page.getByRole('heading', { name: 'Another service' }).waitFor()
      if (byHand) await give(visit, team.token)
      await asked
      await page.getByRole('link', { name: 'look there' }).click()
      await page.getByRole('heading', { name: 'Runs' }).waitFor()
      await eventually(async () => (await page.title()) === 'Runs · payments · Duly', 'the title')
      const answered = page.waitForResponse(tried)
      held.resolve()
      await answered
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
      await page.getByText('Nothing has run yet').or(page.getByText('No run matches.')).waitFor()
      expect(page.url()).toBe(`${origin}/#/runs?status=failed`)
      expect(await page.getByRole('button', { name: 'payments Other services' }).count()).toBe(1)
    },
  )

browserTest('without a service an operator is told so', async () => {
  for (const { id } of [team, payments]) await sql`delete from service where id = ${id}`
  const visit = await dashboard.visit()
  await visit.page.goto(visit.origin)
  await give(visit, await createOperator())
  expect(await visit.page.getByRole('alert').textContent()).toStartWith('There is no service yet')
})

browserTest('a token of an operator that was deleted ends the session', async () => {
  const visit = await dashboard.visit()
  await visit.page.goto(visit.origin)
  await give(visit, await createOperator())
  await visit.page.getByText('No service has failing tasks.').waitFor()
  // Another service than the one that it began with.
  await rowsOf(visit).last().getByRole('button').click()
  await visit.page.getByRole('heading', { name: 'Overview' }).waitFor()
  await visit.page.goto(`${visit.origin}/#/services`)
  await visit.page.getByText('No service has failing tasks.').waitFor()
  await sql`delete from operator_token`
  await visit.page.getByRole('dialog', { name: 'Sign in' }).waitFor()
  await give(visit, await createOperator())
  await visit.page.getByText('No service has failing tasks.').waitFor()
  expect((await send(team, 'GET', '/tasks')).status).toBe(200)
})
