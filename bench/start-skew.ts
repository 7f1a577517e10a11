import type { Fragment, Sql } from '../src/database/sql.ts'

/** How long after their slots calls started, in ms. */
export interface Skew {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Returns the skew of executions that fulfil a condition, and how many these are. */
export async function readStartSkew(
  sql: Sql,
  condition: Fragment = sql`true`,
): Promise<Skew & { readonly calls: number }> {
  const [skew] = await sql<[Skew & { calls: number }]>`
    select
      count(*)::integer as calls,
      percentile_disc(0.5) within group (order by ms) as p50, percentile_disc(0.99) within group (order by ms) as p99,
      max(ms) as max
    from (
      select date_part('epoch', started_at - scheduled_for) * 1000 as ms
      from execution
      where ${condition}
    ) as skew`
  return skew
}
