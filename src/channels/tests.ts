import type { Sql } from '../database/sql.ts'
import { ApiError } from '../http/errors.ts'
import type { SealedChannel } from './opened-channel.ts'
import { channelNotFound } from './routes.ts'

/** How many test messages a channel is sent within a minute. */
export const testsPerMinute = 6

/** A channel to which a test message is to be sent. */
export interface TestedChannel extends SealedChannel {
  readonly service_name: string
  /** The database's time. */
  readonly now: string
}

/**
 * Counts a test message to a channel, and returns the channel. A disabled one can be tested.
 * @throws ApiError 404 when the service has none with this id, 429 when it was tested as often as it may be within a minute
 */
export async function takeTest(sql: Sql, serviceId: string, id: string): Promise<TestedChannel> {
  const [row] = await sql<(TestedChannel & { taken: boolean; wait: number })[]>`
    /* duly:take_channel_test */
    with found as materialized (
      select
        *, now() as now,
        -- Later than now when a test at the same moment came first; much later when the clock was set back.
        abs(extract(epoch from now() - tests_since)) < 60 as goes_on,
        least(60, ceil(extract(epoch from tests_since + interval '1 minute' - now())))::integer as wait
      from channel
      where service_id = ${serviceId}
        and id = ${id}
      for update
    ), taken as (
      update channel
      set tests_since = case when found.goes_on then channel.tests_since else found.now end,
          tests = case when found.goes_on then channel.tests + 1 else 1 end
      from found
      where channel.service_id = found.service_id
        and channel.id = found.id
        and (found.goes_on is not true or found.tests < ${testsPerMinute}::integer)
      returning channel.id
    )
    select
      found.service_id, found.id, found.name, found.kind, found.sealed, found.addresses, found.now, found.wait,
      service.name as service_name, exists (select from taken) as taken
    from found
    join service on service.id = found.service_id`
  if (!row) throw channelNotFound()
  const { taken, wait, ...channel } = row
  if (taken) return channel
  throw new ApiError(
    'too_many_tests',
    `This channel was sent ${testsPerMinute} test messages within a minute. Wait ${wait} s.`,
    undefined,
    { 'retry-after': String(Math.max(1, wait)) },
  )
}

/** Records how a channel took a test message. @param error undefined if it took it */
export async function noteTest(sql: Sql, { service_id, id }: TestedChannel, error: string | undefined): Promise<void> {
  await sql`
    /* duly:note_channel_test */
    with answered as materialized (
      select ${error ?? null}::text as error, now() as at
    )
    update channel
    set last_ok_at = case when answered.error is null then answered.at else channel.last_ok_at end,
        last_failed_at = case when answered.error is not null then answered.at else channel.last_failed_at end,
        last_error = coalesce(answered.error, channel.last_error)
    from answered
    where channel.service_id = ${service_id}
      and channel.id = ${id}`
}
