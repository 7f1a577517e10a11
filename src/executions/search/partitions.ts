import type { Sql } from '../../database/sql.ts'

/** A partition of `execution`: its bounds in ms since 1970, and its size in bytes. */
export interface Partition {
  readonly fromMs: number
  readonly toMs: number
  readonly bytes: number
}

/** The partitions of `execution` that have rows, newest first. The default partition, which has no bounds, is left out. */
export async function listSizes(sql: Sql): Promise<Partition[]> {
  const rows = await sql<{ from: string; to: string; bytes: number }[]>`
    /* duly:list_partition_sizes */
    select bounds[1]::timestamptz as from, bounds[2]::timestamptz as to, pg_relation_size(oid) as bytes
    from (
      select child.oid, regexp_match(pg_get_expr(child.relpartbound, child.oid), $$FROM [(]'([^']+)'[)] TO [(]'([^']+)'[)]$$) as bounds
      from pg_inherits
      join pg_class child on child.oid = inhrelid
      where inhparent = 'execution'::regclass
    ) partition
    where bounds is not null
      and pg_relation_size(oid) > 0
    order by bounds[1]::timestamptz desc`
  return rows.map(({ from, to, bytes }) => ({ fromMs: Date.parse(from), toMs: Date.parse(to), bytes }))
}

/**
 * Where a window begins that ends at `endMs` and has about this many bytes of executions, in ms since 1970, if the executions of
 * a partition are spread evenly over its time up to `nowMs`; minus infinity if fewer are left.
 */
export function startOfWindow(partitions: readonly Partition[], endMs: number, bytes: number, nowMs: number): number {
  let left = bytes
  for (const { fromMs, toMs, bytes: size } of partitions) {
    const filledToMs = Math.max(fromMs + 1, Math.min(toMs, nowMs))
    const searchedMs = Math.min(endMs, filledToMs) - fromMs
    if (searchedMs <= 0) continue
    const perMs = size / (filledToMs - fromMs)
    if (searchedMs * perMs > left) return Math.floor(fromMs + searchedMs - left / perMs)
    left -= searchedMs * perMs
  }
  return Number.NEGATIVE_INFINITY
}
