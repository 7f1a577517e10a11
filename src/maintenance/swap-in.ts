import type { Sql } from '../database/sql.ts'
import { hasExpired, keptColumns, listColumns, lostAnswer } from './kept-rows.ts'
import { dayOf, literal, lockTimeout, names, partitionName, quoted, texts, timeOf } from './partition-names.ts'
import type { Rewrite } from './rewrite.ts'

/** What a statement raises when another replica has done what it was to do. */
const noDataFound = 'P0002'

/**
 * Puts the new table in the place of the partitions, after all has been read. What has changed since is copied again while
 * nobody can write. All is one transaction in one round trip, since every claim waits for it.
 * @returns false if another replica has done it
 */
export async function swapIn(sql: Sql, rewrite: Rewrite): Promise<boolean> {
  const { id, kept, sources, starts_at, ends_at } = rewrite
  const name = partitionName(dayOf(starts_at))
  const columns = await listColumns(sql)
  const noted = (source: string) =>
    `(select distinct service_id, task_id, created_at, id from execution_change where source = ${literal(source)}) noted`
  // Looked up by its key: as a join, the whole table would be read while claims wait.
  const lookedUp = (table: string, columns: string) => `
    lateral (
      select ${columns}
      from ${quoted(table)} as execution
      where execution.service_id = noted.service_id
        and execution.task_id = noted.task_id
        and execution.created_at = noted.created_at
        and execution.id = noted.id
      limit 1
    ) execution`
  const again = sources.map(
    (source) => `
      delete from ${quoted(kept)}
      where ctid = any(array(
        select execution.ctid
        from ${noted(source)}, ${lookedUp(kept, 'ctid')}
      ));
      insert into ${quoted(kept)} (${names(columns)})
      select ${keptColumns(columns)}
      from ${noted(source)}, ${lookedUp(source, '*')}, ${lostAnswer(rewrite)}
      where not ${hasExpired(rewrite)};`,
  )
  const swap = `
    ${lockTimeout};
    do $$ begin
      perform from execution_rewrite where id = ${literal(id)} and source > cardinality(sources) for update;
      -- Another replica has done it: ends the transaction.
      if not found then raise no_data_found; end if;
    end $$;
    lock table only execution, ${sources.map((source) => `only ${quoted(source)}`).join(', ')} in access exclusive mode;
    ${again.join('')}
    insert into execution_expired (partition, successes_before, answers_before)
    select
      ${literal(name)}, greatest(rewrite.successes_before, done.successes_before), greatest(rewrite.answers_before, done.answers_before)
    from execution_rewrite rewrite
    cross join (
      select
        min(coalesce(expired.successes_before, '-infinity')) as successes_before,
        min(coalesce(expired.answers_before, '-infinity')) as answers_before
      from unnest(${texts(sources)}) as source (name)
      left join execution_expired expired on expired.partition = source.name
    ) done
    where rewrite.id = ${literal(id)}
    on conflict (partition) do update
    set successes_before = excluded.successes_before,
        answers_before = excluded.answers_before;
    delete from execution_expired where partition = any(${texts(sources)}) and partition <> ${literal(name)};
    delete from execution_change where source = any(${texts(sources)});
    delete from execution_rewrite where id = ${literal(id)};
    drop table ${names(sources)};
    alter table ${quoted(kept)} rename to ${quoted(name)};
    alter table execution attach partition ${quoted(name)}
    for values from (${literal(timeOf(starts_at))}) to (${literal(timeOf(ends_at))});
    alter table ${quoted(name)} drop constraint execution_period`
  try {
    await sql.unsafe(swap)
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== noDataFound) throw error
    return false
  }
}
