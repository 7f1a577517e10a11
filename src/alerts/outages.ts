import { type Static, Type } from '@sinclair/typebox'
import { rfc3339 } from '../database/rfc3339.ts'
import type { Sql } from '../database/sql.ts'
import { nullable, Time } from '../formats/schema.ts'

/** How many outages are listed at most. */
const listedAtMost = 1_000

/** Schema of a time in which Duly started nothing. */
export const OutageSpan = Type.Object(
  {
    began_at: { ...Time, description: 'the last pass before it' },
    ended_at: nullable(Time, 'when passes went well again; null while it lasts'),
  },
  { $id: 'Outage' },
)

/** Schema of the times in which Duly started nothing. */
export const Outages = Type.Object(
  { outages: Type.Array(OutageSpan, { maxItems: listedAtMost, description: 'the oldest first' }) },
  { $id: 'Outages' },
)

/** A time in which Duly started nothing. `ended_at` is null while it lasts. */
export type OutageSpan = Static<typeof OutageSpan>

/**
 * Lists the outages of the installation that overlap a span of time, the oldest first; of more than 1,000 the last ones. One that
 * lasts is among them: it is written down only when it is over.
 * @param span RFC 3339 in UTC; the day before now unless given
 * @param limitSeconds after how long without a beat there is an outage
 */
export async function listOutages(
  sql: Sql,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  limitSeconds: number,
): Promise<OutageSpan[]> {
  const end = to === undefined ? sql`now()` : sql`${to}::text::timestamptz`
  return await sql<OutageSpan[]>`
    /* duly:list_outages */
    with beat as materialized (
      select at
      from pass_beat
      where at < now() - make_interval(secs => ${limitSeconds}::float8)
    ),
    known as (
      select began_at, ended_at
      from outage
      -- While no pass has gone well since, that one goes on.
      where not exists (select from beat where beat.at = outage.ended_at)
      union all
      select coalesce((select min(outage.began_at) from outage where outage.ended_at = beat.at), beat.at), null
      from beat
    ),
    listed as (
      select began_at, ended_at
      from known
      where began_at < ${end}
        and coalesce(ended_at, 'infinity')
          > ${from === undefined ? sql`${end} - interval '24 hours'` : sql`${from}::text::timestamptz`}
      order by began_at desc
      limit ${listedAtMost}
    )
    select ${rfc3339(sql, sql`listed.began_at`)} as began_at, ${rfc3339(sql, sql`listed.ended_at`)} as ended_at
    from listed
    order by listed.began_at`
}
