import { maxSilences } from '../../src/alerts/silences.ts'
import { commandLine } from '../../src/audit/actor.ts'
import { maxCalendars } from '../../src/calendars/model.ts'
import { maxFlows } from '../../src/flows/model.ts'
import { maxSecrets } from '../../src/named-secrets/queries.ts'
import { hashToken } from '../../src/services/credentials.ts'
import { insertOperatorToken } from '../../src/services/operator-tokens.ts'
import { maxProfiles } from '../../src/tls-profiles/queries.ts'
import { emptyDatabase, sql } from './database.ts'
import { limitedTokens, operatorsToken, tokens } from './fuzz-headers.ts'
import { ids, storedTime, writtenAt } from './fuzz-values.ts'

/** Makes two services and the secrets of the stranger. `setScene` makes everything else. */
export async function makeServices(): Promise<void> {
  await emptyDatabase()
  for (const who of ['owner', 'stranger'] as const)
    await sql`insert into service (id, name, token_hash) values (${ids[who]}, ${who}, ${hashToken(tokens[who])})`
  const operator = { id: ids.owner, name: 'operator', hash: hashToken(operatorsToken), seconds: null }
  await insertOperatorToken(sql, operator, commandLine())
  // The stranger has as many secrets, flows, calendars and TLS profiles as a service may have.
  await sql`
    insert into secret (service_id, name, sealed)
    select ${ids.stranger}, 'secret_' || n, '00000000.AAAA'
    from generate_series(1, ${maxSecrets}::integer) n`
  await sql`
    insert into flow (service_id, name)
    select ${ids.stranger}, 'flow_' || n
    from generate_series(1, ${maxFlows}::integer) n`
  await sql`
    insert into calendar (service_id, name)
    select ${ids.stranger}, 'calendar_' || n
    from generate_series(1, ${maxCalendars}::integer) n`
  await sql`
    insert into alert_silence (service_id, id, host, until, reason, actor, created_at)
    select ${ids.stranger}, gen_random_uuid(), 'a', ${storedTime}, 'x', 'token', ${writtenAt}
    from generate_series(1, ${maxSilences}::integer)`
  await sql`
    insert into tls_profile (service_id, name, ca)
    select ${ids.stranger}, 'profile_' || n, 'PEM'
    from generate_series(1, ${maxProfiles}::integer) n`
}

const task = (service: string, id: string, status: string) => `
  insert into task (service_id, id, key, name, url, method, status, frequency, unit, scheduled_at, created_at, updated_at)
  values ('${service}', '${id}', '${id}', 'Stored', 'http://127.0.0.1:9/', 'GET', '${status}', 1, 'hour', '${storedTime}', '${writtenAt}', '${writtenAt}');
  insert into task_key (service_id, key, task_id) values ('${service}', '${id}', '${id}');`

const token = (service: string, id: string, name: string, text = id, scope = 'read') => `
  insert into token (service_id, id, name, hash, scopes, created_at)
  values ('${service}', '${id}', '${name}', '\\x${hashToken(text).toString('hex')}', '{${scope}}', '${writtenAt}');`

/**
 * The same rows before each request that finds them changed: an idle and a busy task, and one of somebody else, and tokens
 * and secrets with the same ids.
 */
export async function setScene(): Promise<void> {
  await sql.unsafe(`
    delete from idempotency_key;
    delete from execution;
    delete from stop_request;
    delete from task;
    delete from token;
    delete from task_secret;
    delete from secret where service_id = '${ids.owner}';
    insert into secret (service_id, name, sealed)
    values ('${ids.owner}', '${ids.idle}', '00000000.AAAA'), ('${ids.owner}', '${ids.busy}', '00000000.AAAA');
    insert into task_secret (service_id, task_id, header, name)
    values ('${ids.owner}', '${ids.idle}', 'x-key', '${ids.idle}');
    delete from signing_key;
    insert into signing_key (service_id, id, sealed)
    values ('${ids.owner}', '${ids.idle}', '00000000.AAAA'), ('${ids.owner}', '${ids.busy}', '00000000.AAAA'), ('${ids.stranger}', '${ids.foreign}', '00000000.AAAA');
    delete from channel;
    delete from alert;
    delete from alert_policy;
    delete from alert_silence where service_id = '${ids.owner}';
    insert into alert_silence (service_id, id, host, until, reason, actor, created_at)
    values
      ('${ids.owner}', '${ids.idle}', 'a', '${storedTime}', 'x', 'token', '${writtenAt}'),
      ('${ids.owner}', '${ids.busy}', 'b', '${storedTime}', 'x', 'token', '${writtenAt}'),
      ('${ids.stranger}', '${ids.foreign}', '127.0.0.1:9', '${storedTime}', 'x', 'token', '${writtenAt}')
    on conflict do nothing;
    delete from label_retention;
    insert into channel (service_id, id, name, kind, shown, addresses)
    values
      ('${ids.owner}', '${ids.idle}', 'A', 'email', 'a@b', '{a@b}'),
      ('${ids.owner}', '${ids.busy}', 'Stored', 'email', 'a@b', '{a@b}'),
      ('${ids.stranger}', '${ids.foreign}', 'A', 'email', 'a@b', '{a@b}');
    insert into alert_policy (service_id, channels) values ('${ids.owner}', '{${ids.busy}}');
    insert into alert_policy (service_id, task_id, label_name, label_value)
    values ('${ids.owner}', '${ids.idle}', null, null), ('${ids.owner}', null, '${ids.idle}', '${ids.idle}');
    insert into label_retention (service_id, label_name, label_value) values ('${ids.owner}', '${ids.idle}', '${ids.idle}');
    insert into alert (service_id, id, kind, task_id, task_name, target, since, closed_at, closed_because)
    values
      ('${ids.owner}', '${ids.idle}', 'failing', '${ids.idle}', 'Stored', '127.0.0.1:9', '${writtenAt}', null, null),
      ('${ids.owner}', '${ids.busy}', 'failing', '${ids.busy}', 'Stored', '127.0.0.1:9', '${writtenAt}', '${writtenAt}', 'recovered'),
      ('${ids.stranger}', '${ids.foreign}', 'failing', '${ids.foreign}', 'Stored', '127.0.0.1:9', '${writtenAt}', null, null);
    insert into notification (service_id, id, channel_id, kind, type, body)
    select service_id, id, id, 'failing', 'opened', none.body
    from channel
    cross join (select jsonb_object_agg(part, '{"count": 0, "alerts": []}'::jsonb) as body from unnest(array['opened', 'closed', 'open']) part) none;
    delete from task_set;
    insert into task_set (service_id, name) values ('${ids.owner}', '${ids.idle}'), ('${ids.owner}', '${ids.busy}'), ('${ids.stranger}', '${ids.foreign}');
    insert into task_set_member (service_id, set_name, key, task_id, applied, applied_version)
    select service_id, name, name, name::uuid, '{"fields": {"method": "POST"}, "secrets": {}}', 0
    from task_set;
    delete from flow where service_id = '${ids.owner}';
    insert into flow (service_id, name) values ('${ids.owner}', '${ids.idle}'), ('${ids.owner}', '${ids.busy}');
    delete from calendar where service_id = '${ids.owner}';
    insert into calendar (service_id, name) values ('${ids.owner}', '${ids.idle}'), ('${ids.owner}', '${ids.busy}');
    delete from tls_profile_use;
    delete from tls_profile where service_id = '${ids.owner}';
    insert into tls_profile (service_id, name, ca)
    values ('${ids.owner}', '${ids.idle}', 'PEM'), ('${ids.owner}', '${ids.busy}', 'PEM');
    insert into tls_profile_use (service_id, task_id, profile)
    values ('${ids.owner}', '${ids.idle}', '${ids.idle}');
    ${token(ids.owner, ids.idle, 'A')}
    ${token(ids.owner, ids.busy, 'Stored')}
    ${token(ids.stranger, ids.foreign, 'A')}
    ${limitedTokens.map(({ scope, token: text }) => token(ids.owner, Bun.randomUUIDv7(), text, text, scope)).join('')}
    ${task(ids.owner, ids.idle, 'active')}
    ${task(ids.owner, ids.busy, 'paused')}
    ${task(ids.stranger, ids.foreign, 'active')}
    update task set flow = id where id = '${ids.idle}';
    insert into task (service_id, id, name, url, method, status, cron, time_zone, calendar, calendar_use, scheduled_at, created_at, updated_at)
    select
      service_id, '${ids.kept}', 'Kept', 'http://127.0.0.1:9/', 'GET', 'paused', '0 9 * * *', 'UTC', name, version || ' skip', '${storedTime}',
      '${writtenAt}', '${writtenAt}'
    from calendar
    where service_id = '${ids.owner}'
      and name = '${ids.idle}';
    insert into execution (service_id, task_id, id, slot_id, created_at, scheduled_for, status, started_at, replica_id)
    select service_id, id, id, id, now(), now(), case when id = '${ids.busy}' then 'queued' else 'started' end, now(), id
    from task
    where id in ('${ids.busy}', '${ids.idle}');
    update task
    set queued_for = now(), queued_created_at = now(), queued_id = id
    where id = '${ids.busy}';
    insert into idempotency_key (service_id, key, body_hash, task_id)
    values ('${ids.owner}', 'used', '\\x00', '${ids.idle}');`)
}

/** Everything that a request may have written, by whose it is: one that differs was written to. */
export async function fingerprint(): Promise<{ owner: string; stranger: string }> {
  const rows = await sql<{ service_id: string; rows: string }[]>`
    select service_id, md5(string_agg(whole, '|' order by whole collate "C")) as rows
    from (
      select service_id, task::text as whole from task
      union all
      select service_id, execution::text from execution
      union all
      select service_id, stop_request::text from stop_request
      union all
      select service_id, idempotency_key::text from idempotency_key
      union all
      -- Of the tables with many rows, which version of each row there is: to read them whole takes most of the time.
      select service_id, concat_ws(' ', 'secret', ctid, xmin) from secret
      union all
      select service_id, task_secret::text from task_secret
      union all
      select service_id, concat_ws(' ', 'tls_profile', ctid, xmin) from tls_profile
      union all
      select service_id, concat_ws(' ', 'flow', ctid, xmin) from flow
      union all
      select service_id, calendar::text from calendar
      union all
      select service_id, calendar_day::text from calendar_day
      union all
      select service_id, signing_key::text from signing_key
      union all
      select service_id, channel::text from channel
      union all
      select service_id, notification::text from notification
      union all
      select service_id, alert_policy::text from alert_policy
      union all
      select service_id, alert::text from alert
      union all
      select service_id, alert_silence::text from alert_silence
      union all
      select service_id, tls_profile_use::text from tls_profile_use
      union all
      select service_id, task_set::text from task_set
      union all
      select service_id, task_set_member::text from task_set_member
      union all
      -- The day of the last use is written beside the request.
      select service_id, (to_jsonb(token) - 'last_used_on')::text from token
    ) everything
    group by service_id`
  const of = (id: string) => rows.find((row) => row.service_id === id)?.rows ?? ''
  return { owner: of(ids.owner), stranger: of(ids.stranger) }
}
