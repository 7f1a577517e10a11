import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { replicaOptions } from '../support/replica.ts'
import { executionsOf } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { ask, freePort, launchService, overdueTask } from '../support/service.ts'

const scene = useScene()

test.each([
  ['on a full disk', '>/dev/full 2>/dev/full', true],
  ['closed', '>&- 2>&-', false],
  ['pipes without a reader', '> >(true) 2> >(true)', true],
  ['pipes whose reader does not read', '> >(exec sleep 60 >&- 2>&-) 2> >(exec sleep 60 >&- 2>&-)', true],
])(
  'stdout and stderr are %s: the service starts, outlasts cut sessions, and answers each request',
  async (_, redirection, isCounted) => {
    const port = freePort()
    const { env } = replicaOptions(scene.account, { env: { PORT: String(port), LOG_LEVEL: 'debug' } })
    const command = ['bash', '-c', `exec bun src/cli/commands/main.ts serve ${redirection}`]
    const { program } = launchService({ command, env })
    const service = { base: `http://127.0.0.1:${port}`, ...scene.account }
    const isReady = async () => (await fetch(`${service.base}/health/ready`).catch(() => undefined))?.status === 200
    await eventually(isReady, 'it is ready')
    // More than a pipe holds.
    for (let times = 0; times < 20; times++)
      await Promise.all(Array.from({ length: 40 }, () => ask(service, 'GET', '/tasks?count=1')))
    await sql`
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where datname = current_database()
      and application_name like 'duly %'
      and application_name <> 'duly test'
      and pid <> pg_backend_pid()`
    await eventually(isReady, 'it is ready again')
    const created = await ask(service, 'POST', '/tasks', overdueTask(scene.target.url()))
    expect(created.status).toBe(201)
    const task = { service_id: scene.account.id, id: created.body.id }
    await eventually(async () => (await executionsOf(task))[0]?.status === 'success', 'a success')
    const figures = await (await fetch(`${service.base}/metrics`)).text()
    const lost = Number(/^duly_log_lines_lost_total (\d+)/m.exec(figures)?.[1])
    expect(lost > 0).toBe(isCounted)
    program.kill('SIGTERM')
    expect(await program.exited).toBe(0)
  },
)
