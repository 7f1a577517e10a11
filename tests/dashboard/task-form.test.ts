import { beforeEach, expect } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { browserTest, signIn, useDashboard, type Visit } from '../support/browser.ts'
import { emptyDatabase, sql } from '../support/database.ts'

const dashboard = useDashboard()
let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

async function openForm(hash: string): Promise<Visit> {
  const visit = await dashboard.visit()
  await signIn(visit, owner, hash)
  await visit.page.getByLabel('Name', { exact: true }).waitFor()
  return visit
}

browserTest('a task made through the form is in the database, with every field', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('Rebuild the index')
  await page.getByLabel('Method').selectOption('PUT')
  await page.getByLabel('URL').fill('https://example.com/index?full=1')
  await page.getByRole('button', { name: 'Add a header' }).click()
  await page.getByLabel('Name of header 1').fill('X-Team')
  await page.getByLabel('Value of header 1').fill('search')
  await page.getByLabel('Payload').fill('{"full": true}')
  await page.getByLabel('Every', { exact: true }).fill('6')
  await page.getByLabel('Unit').selectOption('day')
  await page.getByLabel('First run').fill('2099-07-01T12:30:15')
  await page.getByLabel('Status', { exact: true }).selectOption('paused')
  await page.getByLabel('Time for an answer').fill('90')
  await page.getByLabel('Retries').fill('4')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'Rebuild the index' }).waitFor()

  const [task] = await sql`
    select name, method, url, header, payload, frequency, unit, scheduled_at, status, timeout_seconds, retries
    from task`
  expect(task).toEqual({
    name: 'Rebuild the index',
    method: 'PUT',
    url: 'https://example.com/index?full=1',
    header: { 'X-Team': 'search' },
    payload: '{"full": true}',
    frequency: 6,
    unit: 'day',
    // The reader's clock is Berlin's.
    scheduled_at: '2099-07-01T10:30:15Z',
    status: 'paused',
    timeout_seconds: 90,
    retries: 4,
  })
})

browserTest('what few tasks need can be set, is shown, and an error in it stands at its part', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('Careful')
  await page.getByLabel('URL').fill('https://example.com/')
  await page.getByLabel('Every', { exact: true }).fill('6')
  expect(await page.getByLabel('Pauses as set here').isVisible()).toBe(false)
  await page.getByText('What few tasks need').click()
  await page.getByLabel('Pauses as set here').check()
  await page.getByLabel('Or after the statuses').fill('6xx')
  await page.getByLabel('Latest start').fill('90')
  await page.getByLabel('Missed runs').selectOption('a run for each')
  // A date and time of the reader's zone, which is Berlin's.
  await page.getByLabel('Ends', { exact: true }).fill('2099-07-01T12:00:30')
  await page.getByRole('button', { name: 'Create task' }).click()
  expect(await page.locator('#retry-statuses-error').textContent()).toStartWith('“6xx” must be a status such as 404')
  await page.locator('#retry-statuses:focus').waitFor()
  await page.getByLabel('Or after the statuses').fill('5xx')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'Careful' }).waitFor()
  const [task] = await sql`select retry, late_limit_seconds, missed, ends_at from task`
  expect(task).toEqual({
    ...{ retry: { on: ['5xx'] }, late_limit_seconds: 90, missed: 'all' },
    ends_at: '2099-07-01T10:00:30Z',
  })
  const facts = (await page.locator('dl.facts').textContent()) ?? ''
  for (const shown of [
    'Retry policypauses from 5 s to 1 h, only after 5xx',
    'Latest start90 seconds',
    'Missed runsa run for each',
  ])
    expect(facts).toContain(shown)
  await page.getByRole('link', { name: 'Edit' }).click()
  expect(await page.getByLabel('Or after the statuses').inputValue()).toBe('5xx')
  expect(await page.getByLabel('Ends', { exact: true }).inputValue()).toBe('2099-07-01 12:00:30')
})

browserTest('a task that runs once has a time and no frequency', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('Once')
  await page.getByLabel('URL').fill('https://example.com/')
  await page.getByLabel('Once').check()
  await page.getByRole('button', { name: 'Create task' }).click()
  expect(await page.locator('#scheduled-at-error').textContent()).toBe('The time is required.')
  await page.getByLabel('At', { exact: true }).fill('2099-01-01T01:00')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByRole('heading', { name: 'Once' }).waitFor()
  const [task] = await sql`select frequency, unit, scheduled_at from task`
  expect(task).toEqual({ frequency: null, unit: null, scheduled_at: '2099-01-01T00:00:00Z' })
})

browserTest('what the API refuses stands at its field, and the first such field has the focus', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('Name', { exact: true }).fill('Wrong')
  await page.getByLabel('URL').fill('ftp://example.com/')
  await page.getByRole('button', { name: 'Add a header' }).click()
  await page.getByLabel('Name of header 1').fill('Host')
  await page.getByLabel('Value of header 1').fill('example.com')
  await page.getByLabel('Every', { exact: true }).fill('1.5')
  await page.getByLabel('Retries').fill('11')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.locator('#url-error').waitFor()
  expect(await page.locator('#url-error').textContent()).toStartWith(
    'URL must begin with http:// or https://; only these are called, not ftp:',
  )
  expect(await page.locator('#frequency-error').textContent()).toStartWith('The number must be a whole number')
  expect(await page.locator('#retries-error').textContent()).toBe('Retries must be a whole number from 0 to 10.')
  expect(await page.getByLabel('URL').getAttribute('aria-describedby')).toContain('url-error')
  await page.locator('#url:focus').waitFor()
  expect(await page.getByRole('alert').textContent()).toBe('Not saved. 3 fields need a change.')

  await page.getByLabel('URL').fill('https://example.com/')
  expect(await page.locator('#url-error').count()).toBe(0)
  await page.getByLabel('Every', { exact: true }).fill('2')
  await page.getByLabel('Retries').fill('1')
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByText('This header cannot be given here: give its value in the field host of the task').waitFor()
  await page.locator('[aria-label="Name of header 1"]:focus').waitFor()
  expect(await sql`select 1 from task`).toHaveLength(0)
})

browserTest('the field of the payload says that GET keeps it and does not send it', async () => {
  const { page } = await openForm('#/tasks/new')
  const hint = page.locator('#payload-hint')
  expect(await hint.textContent()).toBe('With GET a payload is kept, but not sent: a GET carries no body.')
  await page.getByLabel('Method').selectOption('POST')
  expect(await hint.textContent()).toStartWith('Sent as it stands')
})

browserTest('an edit sends only what was changed, with the version it was made from', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', { ...farTask, header: { b: '1', a: '2' }, payload: '{}' })
  const { page } = await openForm(`#/tasks/${task.id}/edit`)
  await page.getByLabel('Name', { exact: true }).fill('Another name')
  await page.getByLabel('Every', { exact: true }).fill('5')
  const sent = page.waitForRequest((request) => request.url().endsWith(task.id) && request.method() === 'POST')
  await page.getByRole('button', { name: 'Save changes' }).click()
  const request = await sent
  expect(new URL(request.url()).pathname).toBe(`/tasks/${task.id}`)
  expect(request.postDataJSON()).toEqual({ name: 'Another name', frequency: 5 })
  expect(request.headers()['if-match']).toBe('"1"')
  await page.getByRole('heading', { name: 'Another name' }).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).body).toMatchObject({
    name: 'Another name',
    frequency: 5,
    scheduled_at: farTask.scheduled_at,
  })
})

browserTest('an edit without a change sends nothing', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', farTask)
  const { page, requests } = await openForm(`#/tasks/${task.id}/edit`)
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Nothing was changed.').waitFor()
  expect(
    requests.filter((request) => request.method() === 'POST' && !request.url().endsWith('/schedule/preview')),
  ).toHaveLength(0)
})

browserTest('who was overtaken by another edit is told, sees it, and can save the rest', async () => {
  const { body: task } = await send(owner, 'POST', '/tasks', farTask)
  const { page } = await openForm(`#/tasks/${task.id}/edit`)
  await page.getByLabel('Name', { exact: true }).fill('My name')
  await send(owner, 'POST', `/tasks/${task.id}`, { name: 'Their name', retries: 7 })
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Somebody else changed this task').waitFor()
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).body.name).toBe('Their name')

  await page.getByText('What they saved and you had not touched stands in the form now: Retries.').waitFor()
  expect(await page.getByLabel('Retries').inputValue()).toBe('7')
  // Both values are at the field, and beside the button that was pressed.
  expect(await page.locator('#name-error').textContent()).toBe(
    'Name was changed to “Their name” by somebody else; what you typed stands here.',
  )
  const conflict = page.getByRole('alert').getByRole('listitem')
  expect(await conflict.textContent()).toStartWith('NameYours: My nameTheirs: Their name')
  await page.getByRole('button', { name: 'Take theirs: Name' }).click()
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Their name')
  await page.locator('button[type=submit]:focus').waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.getByLabel('Name', { exact: true }).fill('My name')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'My name' }).waitFor()
  expect((await send(owner, 'GET', `/tasks/${task.id}`)).body).toMatchObject({ name: 'My name', retries: 7 })
})

browserTest(
  'two edits of the same fields show both, and all can be kept; an edit that was saved already is no conflict',
  async () => {
    const { body: task } = await send(owner, 'POST', '/tasks', farTask)
    const { page } = await openForm(`#/tasks/${task.id}/edit`)
    await page.getByLabel('Name', { exact: true }).fill('My name')
    await page.getByLabel('Every', { exact: true }).fill('5')
    await send(owner, 'POST', `/tasks/${task.id}`, { name: 'Their name', frequency: 9 })
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('2 fields have two values; what you typed is kept.').waitFor()
    expect(await page.locator('.field-error').count()).toBe(2)
    expect(await page.getByRole('alert').getByRole('listitem').allTextContents()).toEqual([
      'NameYours: My nameTheirs: Their nameKeep mineTake theirs',
      'ScheduleYours: every 5 hoursTheirs: every 9 hoursKeep mineTake theirs',
    ])
    await page.getByRole('button', { name: 'Keep all of mine' }).click()
    expect(await page.locator('.field-error').count()).toBe(0)
    // The same is stored by another request, as after an answer that was lost.
    await send(owner, 'POST', `/tasks/${task.id}`, { name: 'My name', frequency: 5 })
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Saved “My name”.').waitFor()
  },
)

browserTest('the number of fields that need a change is that of the marked ones', async () => {
  const { page } = await openForm('#/tasks/new')
  await page.getByLabel('Cron').check()
  await page.getByLabel('Pattern').fill('61 * * * *')
  await page.getByLabel('Time zone').fill('Nowhere')
  await page.locator('#cron-error').waitFor()
  await page.locator('#time-zone-error').waitFor()
  await page.getByRole('button', { name: 'Create task' }).click()
  await page.getByText('Not saved. 4 fields need a change.').waitFor()
  expect(await page.locator('.field-error').count()).toBe(4)
})

browserTest(
  'what the form and the API find wrong is marked and counted at once, in the words of the form',
  async () => {
    const { page } = await openForm('#/tasks/new')
    await page.getByLabel('Every', { exact: true }).fill('0')
    await page.getByLabel('Retries').fill('99')
    await page.getByLabel('Time for an answer').fill('99999')
    await page.getByRole('button', { name: 'Create task' }).click()
    await page.getByText('Not saved. 5 fields need a change.').waitFor()
    expect(await page.locator('.field-error').allTextContents()).toEqual([
      'Name is required.',
      'URL is required.',
      'The number must be a whole number from 1 to 2147483647.',
      'Time for an answer must be a whole number from 1 to 3600.',
      'Retries must be a whole number from 0 to 10.',
    ])
    // With nothing else wrong the request that asks saves nothing.
    await page.getByLabel('Every', { exact: true }).fill('1')
    await page.getByLabel('Retries').fill('1')
    await page.getByLabel('Time for an answer').fill('9')
    await page.getByLabel('URL').fill('https://example.com/')
    await page.getByRole('button', { name: 'Create task' }).click()
    await page.getByText('Not saved. 1 field needs a change.').waitFor()
    expect(await sql`select 1 from task`).toHaveLength(0)

    const { body: task } = await send(owner, 'POST', '/tasks', farTask)
    await page.goto(`${page.url().split('#')[0]}#/tasks/${task.id}/edit`)
    await page.getByRole('button', { name: 'Leave without saving' }).click()
    await page.getByRole('heading', { name: 'Edit task' }).waitFor()
    await page.getByLabel('Name', { exact: true }).fill('')
    await page.getByLabel('Retries').fill('99')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('Not saved. 2 fields need a change.').waitFor()
  },
)

browserTest(
  'what the form finds wrong does not wait for the API, and what was corrected meanwhile stays so',
  async () => {
    const { page } = await openForm('#/tasks/new')
    const held = Promise.withResolvers<void>()
    await page.route(/\/tasks\/0{8}-/, async (route) => {
      await held.promise
      await route.continue()
    })
    await page.getByLabel('URL').fill('ftp://example.com/')
    await page.getByLabel('Every', { exact: true }).fill('')
    await page.getByLabel('Retries').fill('99')
    await page.getByLabel('Time for an answer').fill('99999')
    await page.getByRole('button', { name: 'Create task' }).click()
    await page.getByText('Not saved. 2 fields need a change.').waitFor()
    await page.locator('#name:focus').waitFor()
    await page.getByLabel('Every', { exact: true }).fill('1')
    await page.getByLabel('Retries').fill('1')
    held.resolve()
    await page.getByText('Not saved. 3 fields need a change.').waitFor()
    expect(await page.locator('.field-error').allTextContents()).toEqual([
      'Name is required.',
      expect.stringMatching(/^URL must begin with http/),
      'Time for an answer must be a whole number from 1 to 3600.',
    ])
    await page.locator('#retries:focus').waitFor()
  },
)

browserTest(
  'a payload that looks like JSON is checked as it is typed, and formatted without changing what it says',
  async () => {
    const { page } = await openForm('#/tasks/new')
    const payload = page.getByLabel('Payload')
    const verdict = page.getByRole('status').filter({ hasText: 'JSON' })
    await payload.fill('{"amount": 12345678901234567890, "to": ["a"')
    await verdict.filter({ hasText: 'This is not JSON yet' }).waitFor()
    expect(await page.getByRole('button', { name: 'Format it' }).count()).toBe(0)
    await payload.fill('{"amount": 12345678901234567890, "to": ["a"]}')
    await verdict.filter({ hasText: 'This is JSON.' }).waitFor()
    await page.getByRole('button', { name: 'Format it' }).click()
    const formatted = '{\n  "amount": 12345678901234567890,\n  "to": [\n    "a"\n  ]\n}'
    expect(await payload.inputValue()).toBe(formatted)
    await payload.and(page.locator(':focus')).waitFor()
    expect(await page.getByRole('button', { name: 'Format it' }).count()).toBe(0)
    await payload.fill('plain text')
    await verdict.waitFor({ state: 'detached' })
  },
)
