import type { Sql } from '../src/database/connect.ts'

/** Fills one service with tasks that are due, all in the past and a microsecond apart, calling `url`. */
export async function seedDue(sql: Sql, count: number, url: string, serviceId = Bun.randomUUIDv7()): Promise<string> {
  await sql`
    insert into service (id, name, token_hash)
    values (${serviceId}, 'bench', sha256('bench'))
    on conflict do nothing`
  await sql`
    insert into task (service_id, id, name, url, method, scheduled_at, frequency, unit)
    select ${serviceId}, (lpad(to_hex(1790000000000 + n / 1000), 12, '0') || '7' || lpad(to_hex(n % 1000), 3, '0') || '8' || substr(md5(n::text), 1, 15))::uuid, 'task ' || n, ${url}, 'GET', now() - interval '1 minute' + n * interval '1 microsecond', 1, 'hour'
    from generate_series(1, ${count}::integer) as n`
  await sql`vacuum analyze task`
  return serviceId
}
