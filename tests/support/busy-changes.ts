import { commandLine } from '../../src/audit/actor.ts'
import { createToken, hashToken } from '../../src/services/credentials.ts'
import { rotateToken } from '../../src/services/queries.ts'
import { type Account, createTask, send } from './app.ts'
import { sql } from './database.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const script = 'curl/8.14.1'

/**
 * Changes some tasks of `fillService` as people do, in the last weeks, and replaces the token.
 * @returns the account with its token now
 */
export async function changeService(account: Account, ids: Map<string, string>): Promise<Account> {
  const crm = `/tasks/${ids.get('Sync contacts with the CRM')}`
  const invoices = ids.get('Send the invoices of the day')
  const load = ids.get('Load test of the staging shop')
  const header = { Accept: 'application/json', 'Content-Type': 'application/json' }
  const made = (path: string, change: object, agent: string) =>
    send(account, 'POST', path, change, { 'user-agent': agent })
  await made(crm, { header: { ...header, Authorization: 'Bearer of the first day' } }, script)
  await made(`/tasks/${invoices}`, { retries: 2, timeout_seconds: 60 }, firefox)
  await made('/tasks/status', { ids: [load], status: 'active' }, firefox)
  await made('/tasks/status', { ids: [load], status: 'paused' }, firefox)
  const exporting = { name: 'Export to the old CRM', url: 'https://crm.acme.example/import', method: 'PUT' }
  const old = await createTask(account, { ...exporting, frequency: 6, status: 'disabled' })
  await send(account, 'DELETE', `/tasks/${old.id}`, undefined, { 'user-agent': firefox })
  await made(crm, { url: 'https://crm-bridge.acme.example/v2/contacts/sync?direction=both', retries: 1 }, firefox)
  const token = createToken()
  await rotateToken(sql, account.id, hashToken(token), 86_400, { ...commandLine(), principal: 'deploy' })
  const rotated = { ...account, token }
  const anew = { ...header, Authorization: 'Bearer of another day' }
  await send(rotated, 'POST', crm, { header: anew }, { 'user-agent': script })
  // As if they had come one after the other, the last of them before what the tasks did.
  await sql`
    update audit
    set at = placed.at, address = case when actor = 'token' then '10.20.0.17'::inet end
    from (
      select service_id, id, at as old_at, now() - '9 days'::interval - (row_number() over (order by at desc)) * '31 hours'::interval as at
      from audit
    ) as placed
    where audit.service_id = placed.service_id
      and audit.id = placed.id
      and audit.at = placed.old_at`
  await sql`
    update task
    set updated_at = now() - '9 days'::interval - '31 hours'::interval
    where updated_at <> created_at`
  return rotated
}
