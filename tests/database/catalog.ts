import type { Sql } from '../../src/database/sql.ts'

/**
 * What a database's own tables are made of, as one line of text for each fact: tables, columns, constraints, indexes,
 * and all that there should be none of. Two databases with equal lists behave alike.
 */
export async function catalog(sql: Sql): Promise<string[]> {
  // A dump empties the search path of its session, and names are then shown with their schema.
  await sql`set search_path = public`
  const rows = await sql<{ fact: string }[]>`
    with tables as (
      select pg_class.*
      from pg_class
      join pg_namespace on pg_namespace.oid = relnamespace
      where nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    ), facts as (
      select concat_ws(' | ', 'relation', relname, relkind, relpersistence, reloptions::text,
        pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid), obj_description(oid, 'pg_class')) as fact
      from tables
      union all
      select concat_ws(' | ', 'column', relname, attnum, attname, format_type(atttypid, atttypmod), 'not null ' || attnotnull,
        'generated ' || attgenerated::text, 'storage ' || attstorage::text, pg_get_expr(adbin, adrelid),
        col_description(attrelid, attnum))
      from tables
      join pg_attribute on attrelid = tables.oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where relkind in ('r', 'p', 'v', 'm')
      union all
      select concat_ws(' | ', 'constraint', relname, conname, contype, pg_get_constraintdef(pg_constraint.oid), 'validated ' || convalidated)
      from tables
      join pg_constraint on conrelid = tables.oid
      -- Not-null is said of each column; from version 18 on it is a constraint as well, with a name nobody gave.
      where contype <> 'n'
      union all
      select concat_ws(' | ', 'index', relname, pg_get_indexdef(indexrelid), 'valid ' || indisvalid, 'primary ' || indisprimary)
      from tables
      join pg_index on indexrelid = tables.oid
      union all
      select concat_ws(' | ', 'partition', parent.relname, tables.relname)
      from tables
      join pg_inherits on inhrelid = tables.oid
      join pg_class parent on parent.oid = inhparent
      union all
      select concat_ws(' | ', 'view', relname, pg_get_viewdef(oid))
      from tables
      where relkind in ('v', 'm')
      union all
      select concat_ws(' | ', 'trigger', relname, pg_get_triggerdef(pg_trigger.oid))
      from tables
      join pg_trigger on tgrelid = tables.oid and not tgisinternal
      union all
      select concat_ws(' | ', 'function', proname, pg_get_functiondef(pg_proc.oid))
      from pg_proc
      join pg_namespace on pg_namespace.oid = pronamespace
      where nspname not in ('pg_catalog', 'information_schema')
      union all
      select concat_ws(' | ', 'type', typname)
      from pg_type
      join pg_namespace on pg_namespace.oid = typnamespace
      where nspname = 'public' and typrelid = 0 and typelem = 0
      union all
      select concat_ws(' | ', 'extension', extname)
      from pg_extension
    )
    select fact
    from facts
    order by fact`
  return rows.map(({ fact }) => fact)
}
