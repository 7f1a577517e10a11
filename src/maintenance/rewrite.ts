import type { Fragment, Sql } from '../database/sql.ts'
import { inRange, pageSize } from '../transitions/page-range.ts'
import { type Dropped, hasExpired, isNoted, keptColumns, listColumns, losesAnswer, lostAnswer } from './kept-rows.ts'
import { dayOf, literal, lockTimeout, names, partitionName, quoted, texts, timeOf } from './partition-names.ts'
import type { Work } from './retention.ts'

/** Work that has begun: a row of `execution_rewrite`. Times are in ms since 1970. */
export interface Rewrite extends Dropped {
  readonly id: string
  /** The table that gets the rows that are kept; the partition itself if `in_place`. */
  readonly kept: string
  readonly sources: readonly string[]
  readonly in_place: boolean
  readonly starts_at: number
  readonly ends_at: number
  /** The source and the page of it that are read next. `source` counts from 1, and is one more than there are at the end. */
  readonly source: number
  readonly page: number
  /** How many pages that source has; null when there is no such table. */
  readonly pages: number | null
  /** Whether all sources are partitions still, and the new table has their columns. */
  readonly fits: boolean
}

/** Pages that one statement copies: 64 MB, a second or two. Longer ones would keep vacuum from the rows that claims write. */
const copiedPages = 8_000
/** Pages in which one statement deletes and updates rows. */
const changedPages = 500

/** The work that has begun, by any replica. */
export async function listRewrites(sql: Sql): Promise<Rewrite[]> {
  return sql<Rewrite[]>`
    /* duly:list_rewrites */
    select
      id, kept, sources, in_place, source, page,
      (extract(epoch from nullif(starts_at, '-infinity')) * 1000)::float8 as starts_at,
      (extract(epoch from nullif(ends_at, 'infinity')) * 1000)::float8 as ends_at,
      (extract(epoch from successes_before) * 1000)::float8 as successes_before,
      (extract(epoch from answers_before) * 1000)::float8 as answers_before,
      pg_relation_size(to_regclass(quote_ident(sources[source]))) / ${pageSize(sql)} as pages,
      not exists (
        select
        from unnest(sources) as wanted (name)
        where not exists (
          select
          from pg_inherits
          where inhparent = 'execution'::regclass
            and inhrelid = to_regclass(quote_ident(wanted.name))
        )
      )
      and (in_place or ${columnsOf(sql, sql`to_regclass(quote_ident(kept))`)} = ${columnsOf(sql, sql`'execution'::regclass`)}) as fits
    from execution_rewrite
    order by starts_at`
}

/** SQL: the names of the columns of a table, sorted; null when there is no such table. */
const columnsOf = (sql: Sql, table: Fragment): Fragment => sql`(
  select array_agg(attname order by attname)
  from pg_attribute
  where attrelid = ${table}
    and attnum > 0
    and not attisdropped
)`

/**
 * Begins. From then on the keys of all executions of the sources that change are noted, so that they can be copied again; what
 * was written before is in what the first copy reads, because the triggers are made under a lock that waits for writers.
 * Nothing happens when another replica was faster.
 */
export async function beginRewrite(
  sql: Sql,
  { sources, from, to, successesBefore, answersBefore, inPlace }: Work,
): Promise<void> {
  const kept = inPlace ? (sources[0] as string) : `${partitionName(dayOf(from))}_kept`
  const bounds = [from, to, successesBefore, answersBefore].map((ms) => `'${timeOf(ms)}'`).join(', ')
  const row = `
    insert into execution_rewrite (kept, sources, in_place, starts_at, ends_at, successes_before, answers_before)
    values ('${kept}', ${texts(sources)}, ${inPlace}, ${bounds})`
  const copying = `
    create table ${quoted(kept)} (
      like execution including all excluding comments,
      constraint execution_period check (created_at >= '${timeOf(from)}' and created_at < '${timeOf(to)}')
    ) with (autovacuum_vacuum_insert_scale_factor = 0.1);
    ${sources
      .map(
        (source) => `
          create trigger note_change after insert or update or delete on ${quoted(source)}
          for each row execute function note_execution_change();`,
      )
      .join('')}`
  try {
    await sql.unsafe(`${lockTimeout}; ${row}; ${inPlace ? '' : copying}`)
  } catch (error) {
    if ((error as { code?: string }).code !== '23505') throw error
  }
}

/**
 * Reads the next pages: copies what is kept of them or, in place, drops the rest.
 * @returns false if another replica is doing it, or has done it
 */
export async function continueRewrite(sql: Sql, rewrite: Rewrite): Promise<boolean> {
  const name = rewrite.sources[rewrite.source - 1] as string
  const end = rewrite.page + (rewrite.in_place ? changedPages : copiedPages)
  const isLast = end >= (rewrite.pages ?? 0)
  const range = inRange(sql, 'execution', { first: rewrite.page, end })
  // Two replicas may be here at once. The one that finds the row locked, or gone on, does nothing.
  const mine = sql`
    mine as materialized (
      select
      from execution_rewrite
      where id = ${rewrite.id}
        and source = ${rewrite.source}
        and page = ${rewrite.page}
      for update skip locked
    )`
  const moved = sql`
    update execution_rewrite
    set source = ${isLast ? rewrite.source + 1 : rewrite.source},
        page = ${isLast ? 0 : end}
    where id = ${rewrite.id}
      and exists (select from mine)`
  const read = rewrite.in_place ? dropInPlace : copyKept
  return (await read(sql, rewrite, name, { range, mine, moved })) > 0
}

interface Parts {
  readonly range: Fragment
  readonly mine: Fragment
  readonly moved: Fragment
}

async function copyKept(sql: Sql, rewrite: Rewrite, source: string, { range, mine, moved }: Parts): Promise<number> {
  const columns = await listColumns(sql)
  const { count } = await sql`
    /* duly:copy_kept_executions */
    with ${mine}, copied as (
      insert into ${sql(rewrite.kept)} (${sql.unsafe(names(columns))})
      select ${sql.unsafe(keptColumns(columns))}
      from ${sql(source)} as execution
      cross join ${sql.unsafe(lostAnswer(rewrite))}
      where ${range}
        and exists (select from mine)
        and not ${sql.unsafe(hasExpired(rewrite))}
        -- A row that has changed would come twice, from its old place and from its new one. It is copied at the end.
        and not ${sql.unsafe(isNoted(source))}
    )
    ${moved}`
  return count
}

async function dropInPlace(sql: Sql, rewrite: Rewrite, source: string, { range, mine, moved }: Parts): Promise<number> {
  const { count } = await sql`
    /* duly:drop_expired_in_place */
    with ${mine}, deleted as (
      delete from ${sql(source)} as execution
      where ${range}
        and exists (select from mine)
        and ${sql.unsafe(hasExpired(rewrite))}
    ), emptied as (
      update ${sql(source)} as execution
      set response = null,
          response_header = null,
          answer_dropped_at = now()
      where ${range}
        and exists (select from mine)
        and ${sql.unsafe(losesAnswer(rewrite))}
        and not ${sql.unsafe(hasExpired(rewrite))}
    )
    ${moved}`
  return count
}

/**
 * Notes what has been dropped, after all has been read in place.
 * @returns false if another replica has done it
 */
export async function endInPlace(sql: Sql, { id }: Rewrite): Promise<boolean> {
  const { count } = await sql`
    /* duly:end_expiry_in_place */
    with done as (
      delete from execution_rewrite
      where id = ${id}
      returning *
    )
    insert into execution_expired (partition, successes_before, answers_before)
    select kept, successes_before, answers_before
    from done
    on conflict (partition) do update
    set successes_before = greatest(execution_expired.successes_before, excluded.successes_before),
        answers_before = greatest(execution_expired.answers_before, excluded.answers_before)`
  return count > 0
}

/** Gives up what has begun: everything is as it was before. */
export async function abandonRewrite(sql: Sql, { id, kept, sources, in_place }: Rewrite): Promise<void> {
  const undone = `
    drop table if exists ${quoted(kept)};
    ${sources.map((source) => `drop trigger if exists note_change on ${quoted(source)};`).join('')}
    delete from execution_change where source = any(${texts(sources)});`
  await sql.unsafe(`
    ${lockTimeout};
    ${in_place ? '' : undone}
    delete from execution_rewrite where id = ${literal(id)}`)
}
