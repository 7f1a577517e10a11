import { expect, test } from 'bun:test'
import { expectInvariants } from '../support/invariants.ts'
import { useOwnDatabase } from '../support/own-database-scene.ts'

const scene = useOwnDatabase({ restore: () => awaitStandby('') })

/** Every commit waits for a standby of this name from now on; for none when it is empty. */
async function awaitStandby(name: string): Promise<void> {
  await scene.database.sql.unsafe(`alter system set synchronous_standby_names = '${name}'`)
  await scene.database.sql`select pg_reload_conf()`
}

test.each([1, 3])(
  'the synchronous standby is unreachable for longer than any statement may take, with %i replicas: every slot is sent once',
  async (replicas) => {
    await Promise.all(Array.from({ length: replicas }, () => scene.start()))
    const tasks = 40
    await scene.database.sql`
      insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
      select
        ${scene.account.id}, gen_random_uuid(), 'many', ${scene.target.url()}, 'GET', case when number % 2 = 0 then 1 end,
        case when number % 2 = 0 then 'hour' end, now() + interval '2 seconds'
      from generate_series(1, ${tasks}::integer) as number`
    await awaitStandby('nobody')
    await Bun.sleep(45_000)
    // Nothing is sent that is not committed.
    expect(scene.target.sent).toEqual([])
    await awaitStandby('')
    await scene.target.arrived(tasks, 60_000)
    await expectInvariants(scene.target, { database: scene.database.sql, withinMs: 40_000 })
    expect(scene.target.sent).toHaveLength(tasks)
    expect(new Set(scene.target.sent.map(({ task }) => task)).size).toBe(tasks)
  },
  180_000,
)
