import type { Sql } from '../database/sql.ts'
import type { Held } from './retention.ts'

/** What there is. */
export interface HeldPartitions {
  readonly partitions: readonly Held[]
  /** Whether the user may make and drop partitions. */
  readonly mayReplace: boolean
  /** The beginning of today in UTC, in ms since 1970. */
  readonly startMs: number
}

interface Row {
  name: string
  from: number | null
  to: number | null
  is_empty: boolean
  successes_before: number | null
  answers_before: number | null
  may_replace: boolean
  start: number
}

/** All partitions of `execution`, by name, with what has been dropped of them. */
export async function listHeld(sql: Sql): Promise<HeldPartitions> {
  const rows = await sql<Row[]>`
    /* duly:list_held_partitions */
    select
      partition.name, pg_relation_size(partition.oid) = 0 as is_empty,
      (extract(epoch from bounds[1]::timestamptz) * 1000)::float8 as "from",
      (extract(epoch from bounds[2]::timestamptz) * 1000)::float8 as "to",
      (extract(epoch from nullif(successes_before, '-infinity')) * 1000)::float8 as successes_before,
      (extract(epoch from nullif(answers_before, '-infinity')) * 1000)::float8 as answers_before,
      pg_has_role(owner, 'USAGE') and has_schema_privilege(schema, 'CREATE') as may_replace,
      (extract(epoch from date_trunc('day', now(), 'UTC')) * 1000)::float8 as start
    from (
      select
        child.oid, child.relname::text as name, parent.relowner as owner, parent.relnamespace as schema,
        regexp_match(pg_get_expr(child.relpartbound, child.oid), $$FROM [(]'([^']+)'[)] TO [(]'([^']+)'[)]$$) as bounds
      from pg_inherits
      join pg_class child on child.oid = inhrelid
      join pg_class parent on parent.oid = inhparent
      where inhparent = 'execution'::regclass
    ) partition
    left join execution_expired on execution_expired.partition = partition.name
    order by partition.name`
  return {
    mayReplace: rows.every(({ may_replace }) => may_replace),
    startMs: rows[0]?.start ?? 0,
    partitions: rows.map((row) => ({
      name: row.name,
      is_empty: row.is_empty,
      from: row.from ?? Number.NEGATIVE_INFINITY,
      to: row.to ?? Number.POSITIVE_INFINITY,
      successesBefore: row.successes_before ?? Number.NEGATIVE_INFINITY,
      answersBefore: row.answers_before ?? Number.NEGATIVE_INFINITY,
    })),
  }
}
