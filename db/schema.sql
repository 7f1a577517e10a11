-- What db/migrations make of an empty database, for reading and for a diff. Written by db/dump-schema.sh: run
--   DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres db/dump-schema.sh
-- after a change of the migrations, and commit it with them. tests/database/schema.test.ts compares the two.


SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: execution_response_header; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.execution_response_header AS json;

--
-- Name: DOMAIN execution_response_header; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.execution_response_header IS 'Headers of an answer: names in lower case, and for each an array of its values.';

--
-- Name: task_calendar; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_calendar AS text;

--
-- Name: DOMAIN task_calendar; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_calendar IS 'The name of a calendar.';

--
-- Name: task_calendar_rule; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_calendar_rule AS text;

--
-- Name: DOMAIN task_calendar_rule; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_calendar_rule IS 'What the calendar of a task does to slots of closed days. The default, skip, is null.';

--
-- Name: task_expect; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_expect AS jsonb;

--
-- Name: DOMAIN task_expect; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_expect IS 'What the answer must be for a success: status, a list; contains and not_contains, texts; json, rules with a JSON pointer and an operator.';

--
-- Name: task_flow; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_flow AS text;

--
-- Name: DOMAIN task_flow; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_flow IS 'The name of a flow.';

--
-- Name: task_host; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_host AS text;

--
-- Name: DOMAIN task_host; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_host IS 'A host with an optional port, as in a Host header.';

--
-- Name: task_key_text; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_key_text AS text;

--
-- Name: DOMAIN task_key_text; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_key_text IS 'The name that a client gives a task, unique in its service.';

--
-- Name: task_labels; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_labels AS jsonb;

--
-- Name: DOMAIN task_labels; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_labels IS 'Labels of a task, name to value.';

--
-- Name: task_late_limit; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_late_limit AS integer;

--
-- Name: DOMAIN task_late_limit; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_late_limit IS 'How late a slot may start, in seconds.';

--
-- Name: task_max_runs; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_max_runs AS integer;

--
-- Name: DOMAIN task_max_runs; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_max_runs IS 'How many slots of a task are run in all.';

--
-- Name: task_missed; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_missed AS text;

--
-- Name: DOMAIN task_missed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_missed IS 'What becomes of slots that were missed: all (a run for each of the last 100), or none. The default, one run for all of them, is null.';

--
-- Name: task_phase; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_phase AS text;

--
-- Name: DOMAIN task_phase; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_phase IS 'What an interval does after a slot that started late: restart counts from then. The default, keep, is null.';

--
-- Name: task_retry; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_retry AS jsonb;

--
-- Name: DOMAIN task_retry; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_retry IS 'When failed calls are repeated: min_backoff_seconds, max_backoff_seconds, max_doublings, max_duration_seconds, and on, a list of statuses and causes.';

--
-- Name: task_runs_left; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_runs_left AS integer;

--
-- Name: DOMAIN task_runs_left; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_runs_left IS 'How many slots of a task are still to be run.';

--
-- Name: task_sealed_url; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_sealed_url AS text;

--
-- Name: DOMAIN task_sealed_url; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_sealed_url IS 'A text encrypted with AES-256-GCM under a key that is not in the database: the id of the key, a dot, and base64.';

--
-- Name: task_secret_url; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_secret_url AS boolean;

--
-- Name: DOMAIN task_secret_url; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_secret_url IS 'True, or null for false.';

--
-- Name: task_spread; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_spread AS integer;

--
-- Name: DOMAIN task_spread; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_spread IS 'Within how many seconds after its slots a task starts.';

--
-- Name: task_spread_offset; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_spread_offset AS integer;

--
-- Name: DOMAIN task_spread_offset; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_spread_offset IS 'How many seconds after its slots a task starts.';

--
-- Name: task_tls_profile; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.task_tls_profile AS text;

--
-- Name: DOMAIN task_tls_profile; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON DOMAIN public.task_tls_profile IS 'The name of a TLS profile.';

--
-- Name: flow_forget_replica(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.flow_forget_replica() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  update flow
  set calls = calls - old.id::text
  where calls ? old.id::text;
  return null;
end
$$;

--
-- Name: FUNCTION flow_forget_replica(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.flow_forget_replica() IS 'Frees the calls of a replica that has gone: recovery has closed its executions.';

--
-- Name: note_execution_change(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.note_execution_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if tg_op = 'DELETE' then
    insert into execution_change (source, service_id, task_id, created_at, id)
    values (tg_table_name, old.service_id, old.task_id, old.created_at, old.id);
  else
    insert into execution_change (source, service_id, task_id, created_at, id)
    values (tg_table_name, new.service_id, new.task_id, new.created_at, new.id);
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION note_execution_change(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.note_execution_change() IS 'Notes the keys of executions that change while their partition is being copied. Only such a partition has a trigger that calls it.';

--
-- Name: refuse_execution_without_task(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_execution_without_task() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  -- A subquery and not a join, so that each task is looked up by its key.
  if exists (
    select
    from inserted
    where (select true from task where task.service_id = inserted.service_id and task.id = inserted.task_id) is null
  ) then
    raise foreign_key_violation using
      message = 'an execution names a task that does not exist',
      table = 'execution',
      constraint = 'execution_task_fkey';
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION refuse_execution_without_task(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.refuse_execution_without_task() IS 'Stands in for a foreign key from execution to task, with one look for all rows of a statement. It locks no task, as a foreign key would: statements that insert executions lock their tasks. It sees inserts into execution, not inserts into one of its partitions and not updates of a key: either would cost every call, and no statement does it.';

--
-- Name: refuse_task_with_executions(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_task_with_executions() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  if exists (select from execution where execution.service_id = old.service_id and execution.task_id = old.id) then
    raise foreign_key_violation using
      message = 'the task has executions',
      table = 'task',
      constraint = 'execution_task_fkey';
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION refuse_task_with_executions(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.refuse_task_with_executions() IS 'The other side: a task with executions stays, under its key.';

--
-- Name: spread_offset_of(uuid, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.spread_offset_of(id uuid, spread_seconds integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN COALESCE(((((('x'::text || "right"((id)::text, 8)))::bit(32))::bigint % (spread_seconds)::bigint))::integer, 0);

--
-- Name: FUNCTION spread_offset_of(id uuid, spread_seconds integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.spread_offset_of(id uuid, spread_seconds integer) IS 'The last 32 bits of the id of a task, which are random, modulo its spread_seconds; 0 without a spread.';

--
-- Name: task_check_calendar(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.task_check_calendar() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  current_use text;
begin
  if new.deleted_at is not null then
    raise exception 'a deleted task has no calendar' using errcode = 'check_violation';
  end if;
  if new.calendar is null then
    raise exception 'calendar_use is null for a task without a calendar' using errcode = 'check_violation';
  end if;
  -- Waits for a transaction that changes the calendar: it computes the next slots of all tasks that it can see.
  select version || ' ' || coalesce(new.calendar_rule, 'skip')
  into current_use
  from calendar
  where service_id = new.service_id
    and name = new.calendar
  for share;
  -- Without such a calendar the foreign key refuses the row.
  if current_use <> coalesce(new.calendar_use, '') then
    raise exception 'calendar % is not the one that the next slot was computed by', new.calendar using errcode = 'DU001';
  end if;
  return null;
end
$$;

--
-- Name: FUNCTION task_check_calendar(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.task_check_calendar() IS 'Refuses a next slot that was computed by a calendar that has changed since, with the SQLSTATE DU001: it is to be computed again.';

--
-- Name: task_find_flow(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.task_find_flow() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  limiting text := new.flow;
begin
  if new.deleted_at is not null then
    new.flow := null;
    limiting := null;
  elsif new.flow is null then
    -- Waits for a transaction that sets or deletes a flow: it changes all tasks that it can see.
    perform pg_advisory_xact_lock_shared(hashtextextended('duly flow ' || new.service_id, 0));
    limiting := (
      select flow.name
      from flow
      where flow.service_id = new.service_id
        and flow.target = lower(substring(new.url, '^[^:]+://([^/?#]*)'))
    );
  end if;
  if tg_op = 'INSERT' then
    new.limited_by := limiting;
  else
    update task
    set flow = new.flow,
        limited_by = limiting
    where service_id = new.service_id
      and id = new.id
      and (flow, limited_by) is distinct from (new.flow, limiting);
  end if;
  return new;
end
$$;

--
-- Name: FUNCTION task_find_flow(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.task_find_flow() IS 'Sets task.limited_by when a task is written.';

--
-- Name: wake_service(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.wake_service() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into wake (service_id)
  values (new.service_id)
  on conflict do nothing;
  return null;
end
$$;

--
-- Name: FUNCTION wake_service(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.wake_service() IS 'Lets replicas look at the service of a task that has something to do sooner than before.';

--
-- Name: wake_services(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.wake_services() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into wake (service_id)
  select distinct service_id
  from added
  on conflict do nothing;
  return null;
end
$$;

--
-- Name: FUNCTION wake_services(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.wake_services() IS 'Lets replicas look at the services of new tasks.';

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alert; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alert (
    service_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kind text NOT NULL,
    task_id uuid,
    task_name text,
    target text DEFAULT ''::text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    closed_because text,
    is_event boolean DEFAULT false NOT NULL,
    failures integer,
    tasks integer,
    error text,
    execution_id uuid,
    execution_created_at timestamp with time zone,
    muted_until timestamp with time zone,
    CONSTRAINT alert_closed_because_known CHECK ((closed_because = ANY (ARRAY['recovered'::text, 'started'::text, 'skipped'::text, 'ended'::text, 'paused'::text, 'disabled'::text, 'deleted'::text, 'event'::text]))),
    CONSTRAINT alert_closed_has_reason CHECK (((closed_at IS NULL) = (closed_because IS NULL))),
    CONSTRAINT alert_event_is_closed CHECK (((NOT is_event) OR (closed_at IS NOT NULL))),
    CONSTRAINT alert_has_task CHECK (((task_id IS NOT NULL) = (kind = ANY (ARRAY['failing'::text, 'late'::text, 'long'::text])))),
    CONSTRAINT alert_kind_known CHECK ((kind = ANY (ARRAY['failing'::text, 'late'::text, 'long'::text, 'outage'::text, 'channel'::text])))
);

--
-- Name: TABLE alert; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.alert IS 'What is or was wrong: a task that fails, did not start or runs long, an outage of Duly, a channel that was switched off. A task has one open alert of a kind. The rows reference no task: they stay when it is gone.';

--
-- Name: COLUMN alert.task_name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.task_name IS 'The name of the task when the alert opened.';

--
-- Name: COLUMN alert.target; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.target IS 'Host and port of the task''s target; empty for an outage or a channel. Alerts are told in groups of one kind and target.';

--
-- Name: COLUMN alert.since; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.since IS 'When it began: the first failure, the time it was due, the start of the run, the last pass before the outage.';

--
-- Name: COLUMN alert.until; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.until IS 'Of an outage: when passes went well again.';

--
-- Name: COLUMN alert.closed_because; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.closed_because IS 'recovered: it succeeded; started: the late task has; skipped: the slot of the late task was given another time; ended: the long run has; paused, disabled, deleted: of the task; event: it is told once, and closed when it opens.';

--
-- Name: COLUMN alert.is_event; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.is_event IS 'An outage, a channel that was switched off, a failure of a task that runs once: told once, never as recovered.';

--
-- Name: COLUMN alert.failures; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.failures IS 'Of failing: settled slots that have failed.';

--
-- Name: COLUMN alert.tasks; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.tasks IS 'Of an outage: how many tasks were due and are being caught up.';

--
-- Name: COLUMN alert.error; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.error IS 'Of failing the last error; of late why it has not started; of channel why it was switched off.';

--
-- Name: COLUMN alert.execution_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert.execution_id IS 'With execution_created_at the key of the execution that failed last, or runs long.';

--
-- Name: alert_channel; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alert_channel (
    service_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    kind text NOT NULL,
    target text NOT NULL,
    alert_id uuid NOT NULL,
    told_at timestamp with time zone,
    recovered boolean NOT NULL,
    remind_hours smallint
);

--
-- Name: TABLE alert_channel; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.alert_channel IS 'The channels that are told of an alert. A row goes when nothing more is to be told: then the alert has closed, and the channel knows, or never knew of it.';

--
-- Name: COLUMN alert_channel.told_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_channel.told_at IS 'When the notification that says that the alert has opened was made.';

--
-- Name: COLUMN alert_channel.recovered; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_channel.recovered IS 'Whether the channel is told when it closes, by the policy when it opened.';

--
-- Name: alert_group; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alert_group (
    service_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    kind text NOT NULL,
    target text NOT NULL,
    due_at timestamp with time zone,
    told_at timestamp with time zone
);

--
-- Name: TABLE alert_group; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.alert_group IS 'When a channel is told next of the alerts of one kind and target.';

--
-- Name: COLUMN alert_group.due_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_group.due_at IS 'When a notification is made, if there is something to say by then: of changes, or as a reminder. Null: not before the next change.';

--
-- Name: COLUMN alert_group.told_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_group.told_at IS 'When the last notification was made.';

--
-- Name: alert_policy; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alert_policy (
    service_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    task_id uuid,
    label_name text,
    label_value text,
    failures smallint,
    window_failures smallint,
    window_seconds integer,
    late_seconds integer,
    long_seconds integer,
    remind_hours smallint,
    recovered boolean DEFAULT true NOT NULL,
    channels uuid[],
    muted_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT alert_policy_failures_in_range CHECK (((failures >= 1) AND (failures <= 100))),
    CONSTRAINT alert_policy_label_is_whole CHECK (((label_name IS NULL) = (label_value IS NULL))),
    CONSTRAINT alert_policy_late_in_range CHECK (((late_seconds >= 10) AND (late_seconds <= 604800))),
    CONSTRAINT alert_policy_long_in_range CHECK (((long_seconds >= 5) AND (long_seconds <= 604800))),
    CONSTRAINT alert_policy_one_scope CHECK (((task_id IS NULL) OR (label_name IS NULL))),
    CONSTRAINT alert_policy_remind_in_range CHECK (((remind_hours >= 1) AND (remind_hours <= 720))),
    CONSTRAINT alert_policy_window_failures_in_range CHECK (((window_failures >= 1) AND (window_failures <= 100))),
    CONSTRAINT alert_policy_window_in_range CHECK (((window_seconds >= 60) AND (window_seconds <= 604800))),
    CONSTRAINT alert_policy_window_is_whole CHECK (((window_failures IS NULL) = (window_seconds IS NULL)))
);

--
-- Name: TABLE alert_policy; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.alert_policy IS 'When a service is told of alerts, and by which channels. A task has the policy of its own, else that of the first of its labels (by name) that has one, else the default of the service, else the built-in one. A policy is whole: nothing is taken from another.';

--
-- Name: COLUMN alert_policy.task_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.task_id IS 'The task it is for. With neither task nor label it is the default of the service.';

--
-- Name: COLUMN alert_policy.failures; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.failures IS 'A task is failing after this many settled slots in a row that failed. Null: that opens no alert.';

--
-- Name: COLUMN alert_policy.window_failures; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.window_failures IS 'A task is also failing when this many of its slots have failed within window_seconds.';

--
-- Name: COLUMN alert_policy.late_seconds; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.late_seconds IS 'A task that is due and has not started for so long has an alert. Null: never.';

--
-- Name: COLUMN alert_policy.long_seconds; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.long_seconds IS 'A run that takes longer has an alert. Null: none has.';

--
-- Name: COLUMN alert_policy.remind_hours; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.remind_hours IS 'How often it is said again what is still open. Null: never.';

--
-- Name: COLUMN alert_policy.recovered; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.recovered IS 'Whether it is said that an alert has closed.';

--
-- Name: COLUMN alert_policy.channels; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.channels IS 'Null: all channels of the service. Channels that no longer exist are passed over.';

--
-- Name: COLUMN alert_policy.muted_until; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_policy.muted_until IS 'Until then nothing is sent. An alert that is open by then is sent after it.';

--
-- Name: alert_silence; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alert_silence (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    host text,
    label_name text,
    label_value text,
    until timestamp with time zone NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    principal text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT alert_silence_ends_later CHECK ((until > created_at)),
    CONSTRAINT alert_silence_host_length CHECK (((char_length(host) >= 1) AND (char_length(host) <= 260))),
    CONSTRAINT alert_silence_is_of_something CHECK ((num_nonnulls(host, label_name) > 0)),
    CONSTRAINT alert_silence_label_is_whole CHECK (((label_name IS NULL) = (label_value IS NULL))),
    CONSTRAINT alert_silence_reason_length CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);

--
-- Name: TABLE alert_silence; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.alert_silence IS 'Until a time nothing is sent about the alerts of a host, of the tasks with a label, or of the tasks with the label at the host: those that are open, and those that open meanwhile. The alerts themselves are not changed. A row is never changed; it is deleted to end it early, and some time after its end.';

--
-- Name: COLUMN alert_silence.host; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_silence.host IS 'In lower case; matches alert.target with this port, or without one in it with any port. Null: any.';

--
-- Name: COLUMN alert_silence.label_name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_silence.label_name IS 'A label that the task has now. Null: any task, and what concerns no task.';

--
-- Name: COLUMN alert_silence.reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_silence.reason IS 'Why, in the words of the person.';

--
-- Name: COLUMN alert_silence.actor; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_silence.actor IS 'Who it was, as in audit.';

--
-- Name: COLUMN alert_silence.principal; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.alert_silence.principal IS 'As in audit.';

--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    service_id uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    task_id uuid,
    name text NOT NULL,
    action text NOT NULL,
    actor text NOT NULL,
    principal text,
    address inet,
    user_agent text,
    request_id text,
    before jsonb,
    after jsonb,
    secrets text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT audit_action_known CHECK ((action = ANY (ARRAY['task_created'::text, 'task_updated'::text, 'task_deleted'::text, 'task_run'::text, 'service_created'::text, 'service_updated'::text, 'service_deleted'::text, 'token_rotated'::text, 'token_created'::text, 'token_deleted'::text, 'secret_set'::text, 'secret_deleted'::text, 'tls_profile_set'::text, 'tls_profile_deleted'::text, 'channel_created'::text, 'channel_updated'::text, 'channel_deleted'::text, 'alert_policy_set'::text, 'alert_policy_deleted'::text, 'alert_muted'::text, 'signing_key_created'::text, 'signing_key_expired'::text, 'task_set_applied'::text, 'task_set_deleted'::text, 'flow_set'::text, 'flow_deleted'::text, 'calendar_set'::text, 'calendar_deleted'::text, 'execution_stopped'::text, 'alert_silence_created'::text, 'alert_silence_deleted'::text]))),
    CONSTRAINT audit_actor_known CHECK ((actor = ANY (ARRAY['token'::text, 'command_line'::text, 'server'::text]))),
    CONSTRAINT audit_after_is_object CHECK ((jsonb_typeof(after) = 'object'::text)),
    CONSTRAINT audit_before_is_object CHECK ((jsonb_typeof(before) = 'object'::text)),
    CONSTRAINT audit_task_is_named CHECK (((task_id IS NOT NULL) = (action = ANY (ARRAY['task_created'::text, 'task_updated'::text, 'task_deleted'::text, 'task_run'::text, 'execution_stopped'::text]))))
);

--
-- Name: TABLE audit; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.audit IS 'A row for every change of a task or of a token, written by the statement that makes the change. It references neither: it stays when they are gone.';

--
-- Name: COLUMN audit.task_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit.task_id IS 'Null where something other than a task was changed: the service, a token, a secret, a TLS profile, a channel, an alert policy, an alert, a signing key, a task set.';

--
-- Name: COLUMN audit.name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit.name IS 'Of what was changed, as it is since: the task, the service (for its first token too), the token, the secret, the TLS profile, the channel, the task set; of an alert policy what it is for.';

--
-- Name: COLUMN audit.actor; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit.actor IS 'token: a request with a token of the service; command_line: somebody on the machine, by the command line; server: the start of the server.';

--
-- Name: COLUMN audit.principal; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit.principal IS 'Which token (its name, or the first 8 hex digits of its SHA-256), or which user of the machine.';

--
-- Name: COLUMN audit.address; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit.address IS 'Where the request came from; of a trusted proxy the address that it names.';

--
-- Name: COLUMN audit.before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit.before IS 'The fields that changed, as they were; secret headers masked and a long payload cut. Null for what is new.';

--
-- Name: COLUMN audit.after; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit.after IS 'The fields that changed, as they are since; all of them of what is new, null for what is gone.';

--
-- Name: COLUMN audit.secrets; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit.secrets IS 'Names of the secret headers whose values were set, which before and after do not show.';

--
-- Name: calendar; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calendar (
    service_id uuid NOT NULL,
    name text NOT NULL,
    weekend smallint[] DEFAULT '{0,6}'::smallint[] NOT NULL,
    version uuid DEFAULT gen_random_uuid() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT calendar_name_form CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'::text)),
    CONSTRAINT calendar_weekend_is_weekdays CHECK (((weekend <@ '{0,1,2,3,4,5,6}'::smallint[]) AND (array_position(weekend, NULL::smallint) IS NULL)))
);

--
-- Name: TABLE calendar; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.calendar IS 'Which days are open and closed, for cron schedules of a service. Its days are dates on the clocks of the time zone of each task.';

--
-- Name: COLUMN calendar.weekend; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.calendar.weekend IS 'Closed weekdays: 0 is Sunday.';

--
-- Name: COLUMN calendar.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.calendar.version IS 'Another one after each change: replicas hold the days by it.';

--
-- Name: calendar_day; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calendar_day (
    service_id uuid NOT NULL,
    name text NOT NULL,
    day date NOT NULL,
    kind text NOT NULL,
    note text,
    CONSTRAINT calendar_day_in_range CHECK (((day >= '1970-01-01'::date) AND (day <= '9999-12-31'::date))),
    CONSTRAINT calendar_day_kind_known CHECK ((kind = ANY (ARRAY['closed'::text, 'open'::text]))),
    CONSTRAINT calendar_day_note_length CHECK (((char_length(note) >= 1) AND (char_length(note) <= 200)))
);

--
-- Name: TABLE calendar_day; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.calendar_day IS 'A day that is not as the weekend of its calendar says.';

--
-- Name: COLUMN calendar_day.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.calendar_day.kind IS 'closed, or open: then also on a weekend.';

--
-- Name: catch_up; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catch_up (
    service_id uuid NOT NULL,
    per_second integer NOT NULL,
    next_free_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT catch_up_per_second_in_range CHECK (((per_second >= 1) AND (per_second <= 100000)))
);

--
-- Name: TABLE catch_up; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.catch_up IS 'How fast a service makes up for late slots. A service without a row has no limit. Only claims of late slots read it.';

--
-- Name: COLUMN catch_up.per_second; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.catch_up.per_second IS 'How many late slots start in a second at most.';

--
-- Name: COLUMN catch_up.next_free_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.catch_up.next_free_at IS 'When the next late slot may start (the theoretical arrival time of GCRA), as flow.next_free_at.';

--
-- Name: channel; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.channel (
    service_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    shown text NOT NULL,
    sealed text,
    addresses text[],
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    disabled_at timestamp with time zone,
    disabled_reason text,
    last_ok_at timestamp with time zone,
    last_failed_at timestamp with time zone,
    last_error text,
    tests_since timestamp with time zone,
    tests smallint DEFAULT 0 NOT NULL,
    not_before timestamp with time zone,
    CONSTRAINT channel_addresses_are_plain CHECK ((array_to_string(addresses, ''::text, ' '::text) ~ '^[\x21-\x7e]*$'::text)),
    CONSTRAINT channel_addresses_in_range CHECK (((cardinality(addresses) >= 1) AND (cardinality(addresses) <= 20))),
    CONSTRAINT channel_disabled_has_reason CHECK (((disabled_at IS NULL) = (disabled_reason IS NULL))),
    CONSTRAINT channel_has_address CHECK ((((kind = 'email'::text) = (addresses IS NOT NULL)) AND ((kind = 'email'::text) = (sealed IS NULL)))),
    CONSTRAINT channel_is_sealed CHECK ((sealed ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$'::text)),
    CONSTRAINT channel_kind_known CHECK ((kind = ANY (ARRAY['webhook'::text, 'slack'::text, 'email'::text]))),
    CONSTRAINT channel_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT channel_tests_not_negative CHECK ((tests >= 0))
);

--
-- Name: TABLE channel; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.channel IS 'Where a service is told of alerts: a webhook, a Slack-compatible webhook, or e-mail addresses.';

--
-- Name: COLUMN channel.shown; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.channel.shown IS 'What is shown of the address: of a URL its origin, of e-mail the addresses. A URL of Slack is a secret.';

--
-- Name: COLUMN channel.sealed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.channel.sealed IS 'Of webhook and slack: the URL, and of webhook the key that signs its requests, as encrypted JSON.';

--
-- Name: COLUMN channel.addresses; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.channel.addresses IS 'Of email: the addresses.';

--
-- Name: COLUMN channel.disabled_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.channel.disabled_at IS 'Since when nothing is sent to it: it answered 404 or 410, or somebody disabled it.';

--
-- Name: COLUMN channel.last_error; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.channel.last_error IS 'Why the last notification that failed was not taken.';

--
-- Name: COLUMN channel.tests_since; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.channel.tests_since IS 'When the first of the test messages was sent that tests counts.';

--
-- Name: COLUMN channel.tests; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.channel.tests IS 'How many test messages were sent within the minute from tests_since on.';

--
-- Name: COLUMN channel.not_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.channel.not_before IS 'Nothing is sent to it before then: it asked for that with Retry-After.';

--
-- Name: execution; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.execution (
    service_id uuid NOT NULL,
    task_id uuid NOT NULL,
    id uuid NOT NULL,
    slot_id uuid NOT NULL,
    replica_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    scheduled_for timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    status_code integer,
    duration_ms integer,
    missed_slots integer DEFAULT 0 NOT NULL,
    attempt smallint DEFAULT 1 NOT NULL,
    redelivery smallint DEFAULT 0 NOT NULL,
    response_truncated boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    error text,
    response text,
    waited_ms integer,
    lookup_ms integer,
    answer_ms integer,
    sent_twice boolean DEFAULT false NOT NULL,
    response_header public.execution_response_header,
    answer_dropped_at timestamp with time zone,
    stop_requested_at timestamp with time zone,
    CONSTRAINT execution_attempt_positive CHECK ((attempt > 0)),
    CONSTRAINT execution_started_has_replica CHECK (((status <> 'started'::text) OR ((replica_id IS NOT NULL) AND (started_at IS NOT NULL)))),
    CONSTRAINT execution_status_known CHECK ((status = ANY (ARRAY['queued'::text, 'started'::text, 'success'::text, 'failed'::text, 'skipped'::text])))
)
PARTITION BY RANGE (created_at);

--
-- Name: TABLE execution; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.execution IS 'One attempt at one slot, and how it ended. Partitioned by day; days are made ahead and dropped past retention.';

--
-- Name: COLUMN execution.slot_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.slot_id IS 'The slot''s own identity, the same for each attempt at it: sent as Idempotency-Key.';

--
-- Name: COLUMN execution.scheduled_for; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.scheduled_for IS 'The slot''s time.';

--
-- Name: COLUMN execution.status_code; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.status_code IS 'Null when no answer came.';

--
-- Name: COLUMN execution.duration_ms; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.duration_ms IS 'From sending to the end of the answer, with the look-up before it, and without waited_ms.';

--
-- Name: COLUMN execution.missed_slots; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.missed_slots IS 'Slots without an execution before this one; when skipped, the slots that were skipped during one execution.';

--
-- Name: COLUMN execution.redelivery; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.redelivery IS 'How often this slot was sent again because its replica was lost.';

--
-- Name: COLUMN execution.status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.status IS 'queued: waits to be started; started: a replica calls the target; success: answered with 2xx; failed: anything else; skipped: a slot during which the execution before it still ran.';

--
-- Name: COLUMN execution.response; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.response IS 'The first 64 KiB of the decoded body.';

--
-- Name: COLUMN execution.waited_ms; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.waited_ms IS 'How long the call waited in its replica: for its turn at the target, or for a local port or a descriptor. Null for less than half a millisecond, and when no call was made.';

--
-- Name: COLUMN execution.lookup_ms; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.lookup_ms IS 'How long the look-up of the name took. Null like waited_ms, and for an address.';

--
-- Name: COLUMN execution.answer_ms; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.answer_ms IS 'How long the beginning of the answer was waited for, with the connection and TLS where they were new. Null like waited_ms.';

--
-- Name: COLUMN execution.sent_twice; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.sent_twice IS 'Whether Duly is known to have sent the request a second time, under its key, because the target closed a kept connection without an answer.';

--
-- Name: COLUMN execution.response_header; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.response_header IS 'The headers of the answer, 16 KiB of them at most. Null if no answer came, and for a success while its replica had many calls open.';

--
-- Name: COLUMN execution.answer_dropped_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.answer_dropped_at IS 'When response and response_header were set to null because the answer was past its retention. Null if there was none, and while it is kept.';

--
-- Name: COLUMN execution.stop_requested_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution.stop_requested_at IS 'When a person asked Duly to stop waiting for the answer; who it was is in audit. No attempt follows such an execution, however it ends. Null for any other.';

--
-- Name: execution_change; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.execution_change (
    source text NOT NULL,
    service_id uuid NOT NULL,
    task_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    id uuid NOT NULL
);

--
-- Name: TABLE execution_change; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.execution_change IS 'Keys of executions that have changed in a partition since it is being copied, see execution_rewrite. They are copied last, while the partition is locked. Without a unique key, so that nobody waits for another.';

--
-- Name: execution_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.execution_default (
    service_id uuid NOT NULL,
    task_id uuid NOT NULL,
    id uuid NOT NULL,
    slot_id uuid NOT NULL,
    replica_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    scheduled_for timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    status_code integer,
    duration_ms integer,
    missed_slots integer DEFAULT 0 NOT NULL,
    attempt smallint DEFAULT 1 NOT NULL,
    redelivery smallint DEFAULT 0 NOT NULL,
    response_truncated boolean DEFAULT false NOT NULL,
    status text NOT NULL,
    error text,
    response text,
    waited_ms integer,
    lookup_ms integer,
    answer_ms integer,
    sent_twice boolean DEFAULT false NOT NULL,
    response_header public.execution_response_header,
    answer_dropped_at timestamp with time zone,
    stop_requested_at timestamp with time zone,
    CONSTRAINT execution_attempt_positive CHECK ((attempt > 0)),
    CONSTRAINT execution_started_has_replica CHECK (((status <> 'started'::text) OR ((replica_id IS NOT NULL) AND (started_at IS NOT NULL)))),
    CONSTRAINT execution_status_known CHECK ((status = ANY (ARRAY['queued'::text, 'started'::text, 'success'::text, 'failed'::text, 'skipped'::text])))
);

--
-- Name: TABLE execution_default; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.execution_default IS 'Catches executions of a day whose partition is missing, so that no pass fails.';

--
-- Name: execution_expired; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.execution_expired (
    partition text NOT NULL,
    successes_before timestamp with time zone NOT NULL,
    answers_before timestamp with time zone NOT NULL
);

--
-- Name: TABLE execution_expired; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.execution_expired IS 'What has been dropped of each partition of execution. A partition without a row still has everything.';

--
-- Name: COLUMN execution_expired.successes_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution_expired.successes_before IS 'It has no executions that ended as success or skipped and were created before.';

--
-- Name: COLUMN execution_expired.answers_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution_expired.answers_before IS 'It has no answers of executions that were created before.';

--
-- Name: execution_rewrite; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.execution_rewrite (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kept text NOT NULL,
    sources text[] NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    in_place boolean NOT NULL,
    successes_before timestamp with time zone NOT NULL,
    answers_before timestamp with time zone NOT NULL,
    source integer DEFAULT 1 NOT NULL,
    page bigint DEFAULT 0 NOT NULL,
    CONSTRAINT execution_rewrite_has_source CHECK ((cardinality(sources) > 0))
);

--
-- Name: TABLE execution_rewrite; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.execution_rewrite IS 'Partitions of execution of which something is being dropped. Any replica goes on where the last one has stopped.';

--
-- Name: COLUMN execution_rewrite.kept; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution_rewrite.kept IS 'The table into which the rows that are kept are copied, which then takes the place of the partitions. The partition itself if in_place.';

--
-- Name: COLUMN execution_rewrite.sources; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution_rewrite.sources IS 'The partitions, in the order in which they are read.';

--
-- Name: COLUMN execution_rewrite.in_place; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution_rewrite.in_place IS 'Whether rows are deleted and updated, and not copied.';

--
-- Name: COLUMN execution_rewrite.source; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution_rewrite.source IS 'Which of the sources is being read, from 1. One more than there are: all have been read.';

--
-- Name: COLUMN execution_rewrite.page; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.execution_rewrite.page IS 'The page of it that is read next.';

--
-- Name: failed_execution; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.failed_execution (
    service_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    reason bigint NOT NULL,
    settled boolean NOT NULL,
    failed_at timestamp with time zone DEFAULT now()
)
WITH (autovacuum_vacuum_insert_scale_factor='0.1');

--
-- Name: TABLE failed_execution; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.failed_execution IS 'The failed executions, for searches: an index on execution.status would have closing an execution write an index entry. Written by the statements that close executions as failed, and by nothing that closes one as a success. It references neither execution nor task; a row without its execution is shown nowhere.';

--
-- Name: COLUMN failed_execution.created_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failed_execution.created_at IS 'With service_id, task_id and id the key of the execution.';

--
-- Name: COLUMN failed_execution.reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failed_execution.reason IS 'Key of failure_reason.';

--
-- Name: COLUMN failed_execution.settled; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failed_execution.settled IS 'Whether no further attempt at the slot followed.';

--
-- Name: COLUMN failed_execution.failed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failed_execution.failed_at IS 'When the failure was recorded: for a retry long after created_at, when it was queued. Null for those that were recorded before this column existed, which count as failed when they were created.';

--
-- Name: failing_pending; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.failing_pending (
    service_id uuid NOT NULL,
    id bigint NOT NULL,
    task_id uuid NOT NULL,
    status text NOT NULL,
    error text,
    ran_at timestamp with time zone NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    settled boolean DEFAULT false NOT NULL,
    is_attempt boolean DEFAULT true NOT NULL,
    CONSTRAINT failing_pending_status_known CHECK ((status = ANY (ARRAY['success'::text, 'failed'::text])))
);

--
-- Name: TABLE failing_pending; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.failing_pending IS 'Ends of executions on their way to failing_task, where it makes a difference to it; see tally_pending.';

--
-- Name: COLUMN failing_pending.ran_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_pending.ran_at IS 'When the execution was created: what ran later decides whether a task is failing.';

--
-- Name: COLUMN failing_pending.settled; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_pending.settled IS 'Whether no further attempt at the slot follows.';

--
-- Name: COLUMN failing_pending.is_attempt; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_pending.is_attempt IS 'False for a queued attempt that was cancelled: its slot has settled, and nothing was sent.';

--
-- Name: failing_pending_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.failing_pending ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.failing_pending_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: failing_task; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.failing_task (
    service_id uuid NOT NULL,
    task_id uuid NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    last_failed_at timestamp with time zone DEFAULT now() NOT NULL,
    consecutive integer DEFAULT 1 NOT NULL,
    error text,
    settled integer DEFAULT 0 NOT NULL,
    alert_from integer DEFAULT 1 NOT NULL,
    alert_due boolean DEFAULT false NOT NULL,
    CONSTRAINT failing_task_consecutive_not_negative CHECK ((consecutive >= 0))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

--
-- Name: TABLE failing_task; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.failing_task IS 'Tasks whose last attempt failed: a row comes with the first failure and goes with the next success. It does not reference task, which would have every failure wait for whoever holds the task''s row.';

--
-- Name: COLUMN failing_task.since; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_task.since IS 'When the first of the failures in a row was recorded.';

--
-- Name: COLUMN failing_task.consecutive; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_task.consecutive IS 'Failures in a row, each attempt counted.';

--
-- Name: COLUMN failing_task.error; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_task.error IS 'What went wrong the last time.';

--
-- Name: COLUMN failing_task.settled; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_task.settled IS 'Slots in a row that have failed with no attempt to follow.';

--
-- Name: COLUMN failing_task.alert_from; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_task.alert_from IS 'From how many settled slots on the task is examined for an alert.';

--
-- Name: COLUMN failing_task.alert_due; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failing_task.alert_due IS 'Whether it is to be examined.';

--
-- Name: failure_reason; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.failure_reason (
    service_id uuid NOT NULL,
    reason bigint NOT NULL,
    status_code integer,
    error text
);

--
-- Name: TABLE failure_reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.failure_reason IS 'The different errors and status codes of failed executions: a search for a text reads these instead of every execution. Goes when no failed execution has it any more.';

--
-- Name: COLUMN failure_reason.reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.failure_reason.reason IS 'Hash of status_code and error, so that no statement has to look it up.';

--
-- Name: flow; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.flow (
    service_id uuid NOT NULL,
    name text NOT NULL,
    target text,
    concurrency integer,
    rate integer,
    period_seconds integer,
    burst integer,
    paused_at timestamp with time zone,
    next_free_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    calls jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT flow_burst_in_range CHECK (((burst >= 1) AND (burst <= 100000))),
    CONSTRAINT flow_calls_is_object CHECK ((jsonb_typeof(calls) = 'object'::text)),
    CONSTRAINT flow_concurrency_in_range CHECK (((concurrency >= 1) AND (concurrency <= 100000))),
    CONSTRAINT flow_name_form CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'::text)),
    CONSTRAINT flow_period_in_range CHECK (((period_seconds >= 1) AND (period_seconds <= 86400))),
    CONSTRAINT flow_rate_in_range CHECK (((rate >= 1) AND (rate <= 100000))),
    CONSTRAINT flow_rate_is_whole CHECK ((((rate IS NULL) = (period_seconds IS NULL)) AND ((rate IS NULL) = (burst IS NULL)))),
    CONSTRAINT flow_target_is_host CHECK (((target ~ '^[^[:space:]/?#@]+$'::text) AND (target = lower(target)) AND (char_length(target) <= 260)))
)
WITH (fillfactor='50');

--
-- Name: TABLE flow; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.flow IS 'A named limit of a service: how many calls of its tasks run at once, and how many start in a time.';

--
-- Name: COLUMN flow.target; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.flow.target IS 'Host and port. All tasks with this target that name no flow are in the flow; null for a flow that tasks name.';

--
-- Name: COLUMN flow.concurrency; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.flow.concurrency IS 'How many calls run at once at most, over all replicas; null for no limit.';

--
-- Name: COLUMN flow.rate; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.flow.rate IS 'How many calls start in period_seconds at most; null for no limit.';

--
-- Name: COLUMN flow.burst; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.flow.burst IS 'How many calls may start at once when none has started for a while.';

--
-- Name: COLUMN flow.paused_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.flow.paused_at IS 'Since when nothing of the flow is started; null when it is not paused.';

--
-- Name: COLUMN flow.next_free_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.flow.next_free_at IS 'When the next call may start if calls start evenly at the rate (the theoretical arrival time of GCRA).';

--
-- Name: COLUMN flow.calls; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.flow.calls IS 'How many calls each replica has in flight, by its id: as of its last claim from the flow, so the number may be too high and is never too low. In the row that claims lock, because they must read the newest numbers.';

--
-- Name: history_cap; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.history_cap (
    only_row boolean DEFAULT true NOT NULL,
    bytes bigint NOT NULL,
    counted_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    page bigint DEFAULT 0 NOT NULL,
    CONSTRAINT history_cap_only_row CHECK (only_row)
);

--
-- Name: TABLE history_cap; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.history_cap IS 'How far TASK_HISTORY_BYTES has been applied. No row while it never was set.';

--
-- Name: COLUMN history_cap.bytes; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.history_cap.bytes IS 'The setting for which that holds.';

--
-- Name: COLUMN history_cap.counted_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.history_cap.counted_before IS 'In the partitions before, the tasks with much have been found.';

--
-- Name: COLUMN history_cap.page; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.history_cap.page IS 'The page of the next partition that is read next.';

--
-- Name: idempotency_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.idempotency_key (
    service_id uuid NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    task_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    task_ids uuid[],
    execution_created_at timestamp with time zone,
    execution_id uuid,
    answer jsonb,
    CONSTRAINT idempotency_key_execution_has_task CHECK (((execution_id IS NULL) OR (task_id IS NOT NULL))),
    CONSTRAINT idempotency_key_execution_whole CHECK (((execution_id IS NULL) = (execution_created_at IS NULL))),
    CONSTRAINT idempotency_key_length CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255))),
    CONSTRAINT idempotency_key_one_result CHECK ((num_nonnulls(task_id, task_ids, answer) = 1))
);

--
-- Name: TABLE idempotency_key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.idempotency_key IS 'Requests that carried an Idempotency-Key: for 24 hours a repeat gives the same result back.';

--
-- Name: COLUMN idempotency_key.body_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_key.body_hash IS 'SHA-256 of what was asked for: the same key with another request is refused.';

--
-- Name: COLUMN idempotency_key.task_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_key.task_id IS 'The task that was created, or run.';

--
-- Name: COLUMN idempotency_key.task_ids; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_key.task_ids IS 'The tasks that a bulk create made, in the order given.';

--
-- Name: COLUMN idempotency_key.execution_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_key.execution_id IS 'The execution that a run now queued.';

--
-- Name: COLUMN idempotency_key.answer; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_key.answer IS 'What was answered, where it is not read again from tasks or executions: the tasks that a run again has queued, and those that it left out.';

--
-- Name: label_retention; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.label_retention (
    service_id uuid NOT NULL,
    label_name text NOT NULL COLLATE pg_catalog."C",
    label_value text NOT NULL COLLATE pg_catalog."C",
    execution_days integer,
    failure_days integer,
    answer_days integer,
    successes_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    failures_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    answers_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT label_retention_days_in_range CHECK (((1 <= ALL (ARRAY[execution_days, failure_days, answer_days])) AND (3650 >= ALL (ARRAY[execution_days, failure_days, answer_days]))))
);

--
-- Name: TABLE label_retention; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.label_retention IS 'How long executions of the tasks with a label are kept, in place of what retention says for their service. Of several labels of a task the first by name that has a row decides. A row is whole: nothing is taken from another.';

--
-- Name: COLUMN label_retention.execution_days; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.label_retention.execution_days IS 'As in retention. Null, as in the next two: as long as the server says.';

--
-- Name: COLUMN label_retention.successes_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.label_retention.successes_before IS 'What has been dropped, as in retention, of the tasks that had the label by then.';

--
-- Name: notification; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.notification (
    service_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    channel_id uuid NOT NULL,
    kind text NOT NULL,
    target text DEFAULT ''::text NOT NULL,
    type text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone DEFAULT now(),
    attempt smallint DEFAULT 0 NOT NULL,
    lease_until timestamp with time zone,
    sent_at timestamp with time zone,
    given_up_at timestamp with time zone,
    status_code smallint,
    error text,
    CONSTRAINT notification_body_is_object CHECK ((jsonb_typeof(body) = 'object'::text)),
    CONSTRAINT notification_ends_once CHECK ((num_nonnulls(due_at, sent_at, given_up_at) = 1)),
    CONSTRAINT notification_type_known CHECK ((type = ANY (ARRAY['opened'::text, 'changed'::text, 'closed'::text, 'reminder'::text])))
);

--
-- Name: TABLE notification; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.notification IS 'A message to a channel. It is written by the statement that takes what it says off alert_channel, and sent afterwards: at least once, always under its id.';

--
-- Name: COLUMN notification.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.notification.id IS 'The webhook-id, the Message-ID of a mail and the footer in Slack: the same for each attempt.';

--
-- Name: COLUMN notification.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.notification.kind IS 'Of the alerts it tells of.';

--
-- Name: COLUMN notification.type; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.notification.type IS 'opened: alerts have opened; changed: some opened or closed and some are open; closed: none is open any more; reminder: what is still open.';

--
-- Name: COLUMN notification.due_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.notification.due_at IS 'When it is sent next; null when it was sent or given up.';

--
-- Name: COLUMN notification.lease_until; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.notification.lease_until IS 'Until then the replica that took it last is sending it.';

--
-- Name: operator_token; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.operator_token (
    id uuid NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text,
    expires_at timestamp with time zone,
    last_used_on date,
    deleted_at timestamp with time zone,
    deleted_by text,
    CONSTRAINT operator_token_deleted_after_creation CHECK ((deleted_at >= created_at)),
    CONSTRAINT operator_token_deleted_by_needs_deletion CHECK (((deleted_by IS NULL) OR (deleted_at IS NOT NULL))),
    CONSTRAINT operator_token_expires_after_creation CHECK ((expires_at > created_at)),
    CONSTRAINT operator_token_hash_is_sha256 CHECK ((octet_length(hash) = 32)),
    CONSTRAINT operator_token_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
);

--
-- Name: TABLE operator_token; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.operator_token IS 'Tokens of those who run Duly: each reads what every service has, and changes nothing. Only the command line makes them. Deleted ones stay, so that it is known who could read: the audit is of one service, and has no entry for them.';

--
-- Name: COLUMN operator_token.hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.operator_token.hash IS 'SHA-256 of the token; the token itself is kept nowhere.';

--
-- Name: COLUMN operator_token.created_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.operator_token.created_by IS 'Which user of the machine made it; null if the system has no name and no number for them.';

--
-- Name: COLUMN operator_token.expires_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.operator_token.expires_at IS 'From when on the token is refused; null for never.';

--
-- Name: COLUMN operator_token.last_used_on; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.operator_token.last_used_on IS 'The last day, in UTC, on which a request was sent with it; written once a day.';

--
-- Name: COLUMN operator_token.deleted_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.operator_token.deleted_at IS 'From when on it is refused because it was deleted; null for one that was not.';

--
-- Name: COLUMN operator_token.deleted_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.operator_token.deleted_by IS 'Which user of the machine deleted it, as in created_by.';

--
-- Name: outage; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outage (
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    CONSTRAINT outage_ends_after_begin CHECK ((ended_at > began_at))
);

--
-- Name: TABLE outage; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.outage IS 'When nothing was started, because neither Duly nor its database answered.';

--
-- Name: pass_beat; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.pass_beat (
    only_row boolean DEFAULT true NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    noticed_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT pass_beat_has_one_row CHECK (only_row)
);

--
-- Name: TABLE pass_beat; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.pass_beat IS 'One row: when passes last went well. A step of more than a minute is an outage.';

--
-- Name: COLUMN pass_beat.noticed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.pass_beat.noticed_at IS 'When a replica last looked for tasks that are late, and for alerts of late and long ones to close. One does at a time.';

--
-- Name: replica; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.replica (
    id uuid NOT NULL,
    host text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    oldest_open_at timestamp with time zone DEFAULT now() NOT NULL,
    server text
);

--
-- Name: TABLE replica; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.replica IS 'A process that calls. Its lease covers every execution it has started.';

--
-- Name: COLUMN replica.lease_until; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.replica.lease_until IS 'Renewed in one statement; once it has passed, what this replica left open is failed and sent again.';

--
-- Name: COLUMN replica.oldest_open_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.replica.oldest_open_at IS 'No execution this replica has open was created before this; recovery looks no further back.';

--
-- Name: COLUMN replica.server; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.replica.server IS 'The timeline and the start of the PostgreSQL server with which this replica has last compared what it has open: after a failover nobody claims before all that hold a lease have done so. Null where the server does not tell.';

--
-- Name: retention; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.retention (
    service_id uuid NOT NULL,
    execution_days integer,
    failure_days integer,
    answer_days integer,
    successes_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    failures_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    answers_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT retention_days_in_range CHECK (((1 <= ALL (ARRAY[execution_days, failure_days, answer_days])) AND (3650 >= ALL (ARRAY[execution_days, failure_days, answer_days]))))
);

--
-- Name: TABLE retention; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.retention IS 'Services whose executions are kept for a shorter time than the settings of the server say.';

--
-- Name: COLUMN retention.execution_days; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.retention.execution_days IS 'How long executions that ended as success or skipped are kept. Null, as in the next two: as long as the server says.';

--
-- Name: COLUMN retention.failure_days; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.retention.failure_days IS 'How long failed executions are kept.';

--
-- Name: COLUMN retention.answer_days; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.retention.answer_days IS 'How long answers are kept.';

--
-- Name: COLUMN retention.successes_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.retention.successes_before IS 'The service has no executions that ended as success or skipped and were created before, but for those that were open when the others were dropped.';

--
-- Name: COLUMN retention.failures_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.retention.failures_before IS 'The same for failed ones.';

--
-- Name: COLUMN retention.answers_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.retention.answers_before IS 'The same for answers.';

--
-- Name: schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
);

--
-- Name: secret; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.secret (
    service_id uuid NOT NULL,
    name text NOT NULL,
    sealed text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT secret_is_sealed CHECK ((sealed ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$'::text)),
    CONSTRAINT secret_name_form CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'::text))
);

--
-- Name: TABLE secret; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.secret IS 'Named secrets of a service. The request headers of its tasks refer to them as ${secret.NAME}.';

--
-- Name: COLUMN secret.sealed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.secret.sealed IS 'The value, encrypted with AES-256-GCM under a key that is not in the database: the id of the key, a dot, and base64.';

--
-- Name: COLUMN secret.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.secret.version IS 'Counts how often the value was set. Replicas read a value again when it has changed.';

--
-- Name: COLUMN secret.updated_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.secret.updated_at IS 'When the value was set last. Encryption with another key does not change it.';

--
-- Name: service; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.service (
    id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL,
    previous_token_hash bytea,
    previous_token_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT service_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT service_previous_token_is_whole CHECK (((previous_token_hash IS NULL) = (previous_token_until IS NULL))),
    CONSTRAINT service_token_hash_is_sha256 CHECK ((octet_length(token_hash) = 32))
);

--
-- Name: TABLE service; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.service IS 'Who owns tasks: a team or a program with one id and one token.';

--
-- Name: COLUMN service.token_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.service.token_hash IS 'SHA-256 of the token; the token itself is kept nowhere.';

--
-- Name: COLUMN service.previous_token_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.service.previous_token_hash IS 'SHA-256 of the token before the last rotation, valid until previous_token_until.';

--
-- Name: signing_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.signing_key (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    target text,
    sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT signing_key_is_sealed CHECK ((sealed ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$'::text)),
    CONSTRAINT signing_key_target_is_host CHECK (((target ~ '^[^[:space:]/?#@]+$'::text) AND (target = lower(target)) AND (char_length(target) <= 260)))
);

--
-- Name: TABLE signing_key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.signing_key IS 'The keys that sign the requests of the tasks of a service, by Standard Webhooks. All that have not expired sign at once.';

--
-- Name: COLUMN signing_key.target; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.signing_key.target IS 'Host, and port if it is not the usual one of http and https, of the only target that the key signs for, in place of the keys without a target. Null signs for all targets.';

--
-- Name: COLUMN signing_key.sealed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.signing_key.sealed IS 'The key as whsec_ and base64, encrypted as in secret.sealed.';

--
-- Name: COLUMN signing_key.expires_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.signing_key.expires_at IS 'From then on it signs nothing. Null until a newer key of the same target is made, or the key is expired.';

--
-- Name: COLUMN signing_key.changed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.signing_key.changed_at IS 'Replicas read the rows that have changed since they last did.';

--
-- Name: stop_request; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stop_request (
    replica_id uuid NOT NULL,
    service_id uuid NOT NULL,
    task_id uuid NOT NULL,
    execution_created_at timestamp with time zone NOT NULL,
    execution_id uuid NOT NULL
);

--
-- Name: TABLE stop_request; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.stop_request IS 'Executions whose calls a replica is to end, because a person has stopped waiting. Each replica reads its own every second while it has calls open. That an execution is to be stopped is in execution.stop_requested_at; here a replica finds it without looking at each of its executions. Rows are deleted some time after their executions have ended. There is no foreign key: rows of a deleted service do no harm.';

--
-- Name: COLUMN stop_request.replica_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.stop_request.replica_id IS 'The replica that calls the target.';

--
-- Name: COLUMN stop_request.execution_created_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.stop_request.execution_created_at IS 'With service_id, task_id and execution_id the key of the execution.';

--
-- Name: tally; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tally (
    service_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    shard smallint NOT NULL,
    success integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    duration_ms integer[] NOT NULL,
    skew_ms integer[] NOT NULL,
    CONSTRAINT tally_counts_not_negative CHECK (((success >= 0) AND (failed >= 0) AND (skipped >= 0)))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

--
-- Name: TABLE tally; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.tally IS 'How many executions of a service ended, by quarter hour. The statements that end executions keep it, so that nothing is ever counted.';

--
-- Name: COLUMN tally.at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tally.at IS 'The quarter hour (UTC) in which they ended. A row is written to for no longer, so that it never has many dead versions.';

--
-- Name: COLUMN tally.shard; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tally.shard IS 'Writers that are at work at the same time have rows of their own, and do not wait for each other.';

--
-- Name: COLUMN tally.success; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tally.success IS 'Executions that ended so; failed likewise, each attempt counted.';

--
-- Name: COLUMN tally.skipped; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tally.skipped IS 'Slots that were skipped.';

--
-- Name: COLUMN tally.duration_ms; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tally.duration_ms IS 'Histogram of the durations of calls: a count for each bucket of src/tally/histogram.ts.';

--
-- Name: COLUMN tally.skew_ms; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tally.skew_ms IS 'The same of how late the first attempts at slots started; those after missed slots do not count.';

--
-- Name: tally_pending; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tally_pending (
    service_id uuid NOT NULL,
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    success integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    duration_ms integer[] NOT NULL,
    skew_ms integer[] NOT NULL
);

--
-- Name: TABLE tally_pending; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.tally_pending IS 'Counts on their way to tally. Statements that must not wait for whoever has a row of tally or of service locked write here, and every replica adds them up every other second. An overview sums both.';

--
-- Name: COLUMN tally_pending.at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tally_pending.at IS 'The quarter hour (UTC), as in tally.';

--
-- Name: tally_pending_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.tally_pending ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tally_pending_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: task; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.task (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    scheduled_at timestamp with time zone,
    queued_for timestamp with time zone,
    queued_created_at timestamp with time zone,
    queued_id uuid,
    current_created_at timestamp with time zone,
    current_execution_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    frequency integer,
    timeout_seconds integer,
    retries smallint DEFAULT 0 NOT NULL,
    anchor_day smallint,
    once_running boolean DEFAULT false NOT NULL,
    queued_running boolean DEFAULT false NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    unit text,
    method text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    target text GENERATED ALWAYS AS (lower("substring"(url, '^[^:]+://([^/?#]*)'::text))) STORED NOT NULL,
    header jsonb DEFAULT '{}'::jsonb NOT NULL,
    payload text,
    cron text,
    time_zone text,
    secret_header jsonb,
    given_at timestamp with time zone,
    key public.task_key_text,
    labels public.task_labels,
    expect public.task_expect,
    host public.task_host,
    secret_url public.task_secret_url,
    sealed_url public.task_sealed_url,
    tls_profile public.task_tls_profile,
    retry public.task_retry,
    late_limit_seconds public.task_late_limit,
    missed public.task_missed,
    phase public.task_phase,
    flow public.task_flow,
    limited_by text,
    spread_seconds public.task_spread,
    spread_offset public.task_spread_offset,
    ends_at timestamp with time zone,
    max_runs public.task_max_runs,
    runs_left public.task_runs_left,
    paused_until timestamp with time zone,
    calendar public.task_calendar,
    calendar_rule public.task_calendar_rule,
    calendar_use text,
    CONSTRAINT task_anchor_day_in_range CHECK (((anchor_day >= 1) AND (anchor_day <= 31))),
    CONSTRAINT task_calendar_needs_cron CHECK (((calendar IS NULL) OR (cron IS NOT NULL))),
    CONSTRAINT task_cron_has_time_zone CHECK (((cron IS NULL) = (time_zone IS NULL))),
    CONSTRAINT task_cron_length CHECK (((char_length(cron) >= 9) AND (char_length(cron) <= 1000))),
    CONSTRAINT task_deleted_is_disabled CHECK (((deleted_at IS NULL) OR ((status = 'disabled'::text) AND (queued_for IS NULL)))),
    CONSTRAINT task_frequency_has_unit CHECK (((frequency IS NULL) = (unit IS NULL))),
    CONSTRAINT task_frequency_positive CHECK ((frequency > 0)),
    CONSTRAINT task_frequency_within_ten_years CHECK ((frequency <=
CASE unit
    WHEN 'minute'::text THEN 5259600
    WHEN 'hour'::text THEN 87660
    WHEN 'day'::text THEN 3652
    WHEN 'week'::text THEN 521
    ELSE 120
END)),
    CONSTRAINT task_has_next_time CHECK (((status = 'disabled'::text) OR (scheduled_at IS NOT NULL))),
    CONSTRAINT task_header_is_object CHECK ((jsonb_typeof(header) = 'object'::text)),
    CONSTRAINT task_method_known CHECK ((method = ANY (ARRAY['GET'::text, 'HEAD'::text, 'POST'::text, 'PUT'::text, 'PATCH'::text, 'DELETE'::text, 'OPTIONS'::text]))),
    CONSTRAINT task_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT task_one_schedule CHECK (((cron IS NULL) OR (frequency IS NULL))),
    CONSTRAINT task_payload_size CHECK ((octet_length(payload) <= 262144)),
    CONSTRAINT task_queued_is_whole CHECK ((((queued_for IS NULL) = (queued_id IS NULL)) AND ((queued_for IS NULL) = (queued_created_at IS NULL)))),
    CONSTRAINT task_retries_in_range CHECK (((retries >= 0) AND (retries <= 10))),
    CONSTRAINT task_scheduled_at_in_range CHECK (((scheduled_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (scheduled_at < '10000-01-01 00:00:00+00'::timestamp with time zone))),
    CONSTRAINT task_secret_header_is_object CHECK ((jsonb_typeof(secret_header) = 'object'::text)),
    CONSTRAINT task_status_known CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'disabled'::text]))),
    CONSTRAINT task_time_zone_length CHECK (((char_length(time_zone) >= 1) AND (char_length(time_zone) <= 64))),
    CONSTRAINT task_timeout_in_range CHECK (((timeout_seconds >= 1) AND (timeout_seconds <= 3600))),
    CONSTRAINT task_unit_known CHECK ((unit = ANY (ARRAY['minute'::text, 'hour'::text, 'day'::text, 'week'::text, 'month'::text]))),
    CONSTRAINT task_url_is_http CHECK (((char_length(url) <= 4096) AND ((lower(("left"(url, 7) COLLATE "C")) = 'http://'::text) OR (lower(("left"(url, 8) COLLATE "C")) = 'https://'::text))))
)
WITH (fillfactor='80', toast_tuple_target='512', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');

--
-- Name: TABLE task; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.task IS 'What to call, and when. Every run moves scheduled_at on; the rest changes by the API only.';

--
-- Name: COLUMN task.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.id IS 'A UUIDv7, so that the order of ids is the order of creation: lists need no index of their own, and a run writes one less.';

--
-- Name: COLUMN task.scheduled_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.scheduled_at IS 'When the task starts next, which is spread_offset after its next slot. A task with neither frequency nor cron runs once.';

--
-- Name: COLUMN task.queued_for; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.queued_for IS 'When the queued execution (a retry, a run now or a redelivery) may start; queued_created_at and queued_id are its key.';

--
-- Name: COLUMN task.current_created_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.current_created_at IS 'With current_execution_id the key of the execution started last: while that one is started, no other starts.';

--
-- Name: COLUMN task.updated_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.updated_at IS 'Last write of the API; runs do not touch it.';

--
-- Name: COLUMN task.deleted_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.deleted_at IS 'Deleted for every reader; the row goes once its executions are gone.';

--
-- Name: COLUMN task.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.version IS 'Raised by every write of the API and never by a run: the ETag.';

--
-- Name: COLUMN task.timeout_seconds; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.timeout_seconds IS 'A call''s time; null takes the server''s default.';

--
-- Name: COLUMN task.anchor_day; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.anchor_day IS 'The day of the month a monthly task keeps where the month has it (31, 28, 31).';

--
-- Name: COLUMN task.once_running; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.once_running IS 'True while the only slot of a run-once task is running, retries included; scheduled_at keeps its time until the outcome is recorded.';

--
-- Name: COLUMN task.queued_running; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.queued_running IS 'True while an execution runs that was queued first: it may have been created earlier than the claim of slots looks back.';

--
-- Name: COLUMN task.target; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.target IS 'Host and port of the URL: what a hung server holds up.';

--
-- Name: COLUMN task.header; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.header IS 'Request headers, name to value. The value of a secret one is ******** here, and sealed in secret_header.';

--
-- Name: COLUMN task.payload; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.payload IS 'Request body; kept but not sent with GET.';

--
-- Name: COLUMN task.cron; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.cron IS 'One to ten cron patterns, separated by semicolons, read in time_zone (docs/patterns.md). A task has this, or frequency and unit, or neither: then it runs once.';

--
-- Name: COLUMN task.time_zone; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.time_zone IS 'IANA name of the zone whose clocks cron goes by.';

--
-- Name: COLUMN task.secret_header; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.secret_header IS 'Values of secret request headers, by name in lower case, encrypted with AES-256-GCM: KEY_ID.base64(nonce, ciphertext, tag). Service, task and name are authenticated with each, so that it opens in its place only.';

--
-- Name: COLUMN task.given_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.given_at IS 'The scheduled_at that the API was given last, while it stands: sent again after it has run, it changes nothing.';

--
-- Name: COLUMN task.key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.key IS 'The name that the client gave the task, for reading: task_key keeps it unique and finds it. Null: none.';

--
-- Name: COLUMN task.labels; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.labels IS 'Labels, name to value, for reading: task_label finds tasks by them. Null: none.';

--
-- Name: COLUMN task.expect; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.expect IS 'What the answer must be for a success; null accepts any 2xx.';

--
-- Name: COLUMN task.host; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.host IS 'Sent as Host header instead of the host of the URL; null sends that.';

--
-- Name: COLUMN task.secret_url; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.secret_url IS 'Whether path and query of the URL are secret: url has ******** in their place. Null for false, as in most tasks.';

--
-- Name: COLUMN task.sealed_url; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.sealed_url IS 'Path, query and fragment of a secret URL, encrypted.';

--
-- Name: COLUMN task.tls_profile; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.tls_profile IS 'The TLS profile with which the target is connected to; null for none.';

--
-- Name: COLUMN task.retry; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.retry IS 'When failed calls are repeated; null waits at random, for longer before each retry.';

--
-- Name: COLUMN task.late_limit_seconds; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.late_limit_seconds IS 'A slot that is later than this is skipped; null for no limit.';

--
-- Name: COLUMN task.missed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.missed IS 'What becomes of missed slots: null, one late run for all; all, a run for each; none.';

--
-- Name: COLUMN task.phase; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.phase IS 'After a late slot of an interval: null, the next slot is the first one on its own grid; restart, one interval from then.';

--
-- Name: COLUMN task.flow; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.flow IS 'The flow that the task names; null for none.';

--
-- Name: COLUMN task.limited_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.limited_by IS 'The flow that limits the task: the one it names, or the one of its target. Set by a trigger.';

--
-- Name: COLUMN task.spread_seconds; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.spread_seconds IS 'The task starts within so many seconds after each of its slots; null, at once.';

--
-- Name: COLUMN task.spread_offset; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.spread_offset IS 'How many seconds after each of its slots the task starts: the same each time. See spread_offset_of. Null or 0: at once.';

--
-- Name: COLUMN task.ends_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.ends_at IS 'The last slot of a task that repeats is the last one that is not later than this; null for no end.';

--
-- Name: COLUMN task.max_runs; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.max_runs IS 'How many slots of a task that repeats are run in all; null for no limit.';

--
-- Name: COLUMN task.runs_left; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.runs_left IS 'How many slots are still to be run. Null unless max_runs is given.';

--
-- Name: COLUMN task.paused_until; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.paused_until IS 'When a paused task is set active again by itself; null for no such time, and for a task that is not paused.';

--
-- Name: COLUMN task.calendar; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.calendar IS 'The calendar by which slots of cron are left out or moved; null for none.';

--
-- Name: COLUMN task.calendar_rule; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.calendar_rule IS 'Null: there are no slots on closed days; next or previous: they move to an open day; only_closed: there are slots on closed days only.';

--
-- Name: COLUMN task.calendar_use; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task.calendar_use IS 'The version of the calendar by which the next slot was computed, and the rule; null for none. A claim by another version does not take the task.';

--
-- Name: task_history_cut; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.task_history_cut (
    service_id uuid NOT NULL,
    task_id uuid NOT NULL,
    is_counted boolean DEFAULT false NOT NULL,
    is_dropped boolean DEFAULT true NOT NULL,
    cut_at timestamp with time zone DEFAULT now() NOT NULL,
    successes_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    failures_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    answers_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    failed_answers_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);

--
-- Name: TABLE task_history_cut; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.task_history_cut IS 'Tasks that had much in a day, and before which times they keep nothing of a kind because all together was more than TASK_HISTORY_BYTES. References no task, so that none is locked for it; rows of tasks that are gone are deleted.';

--
-- Name: COLUMN task_history_cut.is_counted; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_history_cut.is_counted IS 'Whether what the task has was counted since.';

--
-- Name: COLUMN task_history_cut.is_dropped; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_history_cut.is_dropped IS 'Whether what is before these times has been dropped.';

--
-- Name: COLUMN task_history_cut.cut_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_history_cut.cut_at IS 'When these times were last changed.';

--
-- Name: COLUMN task_history_cut.successes_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_history_cut.successes_before IS 'Before which it keeps no executions that ended as success or skipped.';

--
-- Name: COLUMN task_history_cut.failures_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_history_cut.failures_before IS 'The same for failed ones.';

--
-- Name: COLUMN task_history_cut.answers_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_history_cut.answers_before IS 'The same for answers of executions that ended as success or skipped.';

--
-- Name: COLUMN task_history_cut.failed_answers_before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_history_cut.failed_answers_before IS 'The same for answers of failed ones.';

--
-- Name: task_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.task_key (
    service_id uuid NOT NULL,
    key public.task_key_text NOT NULL,
    task_id uuid NOT NULL
);

--
-- Name: TABLE task_key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.task_key IS 'The keys of the tasks that have one. A table of its own, because an index on task would get an entry with every run. Written by the statements that create, change and delete tasks; a deleted task has no row.';

--
-- Name: task_label; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.task_label (
    service_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C",
    task_id uuid NOT NULL,
    CONSTRAINT task_label_name_has_form CHECK ((name ~ '^[a-zA-Z0-9._/-]{1,63}$'::text)),
    CONSTRAINT task_label_value_length CHECK ((char_length(value) <= 200))
);

--
-- Name: TABLE task_label; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.task_label IS 'The labels of the tasks that have some, for searches. Written with task.labels, in the same statements.';

--
-- Name: task_secret; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.task_secret (
    service_id uuid NOT NULL,
    task_id uuid NOT NULL,
    header text NOT NULL,
    name text NOT NULL
);

--
-- Name: TABLE task_secret; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.task_secret IS 'Which tasks use which named secret. The statements that write and delete tasks write it. It does not reference task, because that would cost every run.';

--
-- Name: COLUMN task_secret.header; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_secret.header IS 'The name of the header that refers to the secret, in lower case.';

--
-- Name: task_set; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.task_set (
    service_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    revision integer DEFAULT 0 NOT NULL,
    actor text,
    source text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT task_set_name_has_form CHECK ((name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'::text)),
    CONSTRAINT task_set_revision_not_negative CHECK ((revision >= 0)),
    CONSTRAINT task_set_source_length CHECK (((char_length(source) >= 1) AND (char_length(source) <= 200)))
);

--
-- Name: TABLE task_set; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.task_set IS 'Sets of tasks that are kept in a file and applied together. An apply locks the row of its set.';

--
-- Name: COLUMN task_set.revision; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_set.revision IS 'Counts the applies that changed something. A plan is applied only to the revision that it was made from.';

--
-- Name: COLUMN task_set.actor; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_set.actor IS 'Who applied the set last, as in audit.actor.';

--
-- Name: COLUMN task_set.source; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_set.source IS 'Where the file came from, as the client said, such as a commit. Null: not said.';

--
-- Name: COLUMN task_set.applied_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_set.applied_at IS 'When an apply last changed something.';

--
-- Name: task_set_member; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.task_set_member (
    service_id uuid NOT NULL,
    set_name text NOT NULL COLLATE pg_catalog."C",
    key public.task_key_text NOT NULL,
    task_id uuid NOT NULL,
    applied jsonb NOT NULL,
    applied_version integer NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT task_set_member_applied_is_object CHECK ((jsonb_typeof(applied) = 'object'::text))
);

--
-- Name: TABLE task_set_member; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.task_set_member IS 'The tasks of a set, by the keys of the file. It does not reference task, because that would cost every run: a task that was deleted by hand leaves its row, so that the next plan can say so.';

--
-- Name: COLUMN task_set_member.key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_set_member.key IS 'The key of the file. It is also the key of the task, unless somebody has changed that since.';

--
-- Name: COLUMN task_set_member.applied; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_set_member.applied IS 'The fields of the file as they were applied last, normalised; the values of secrets as keyed hashes. A field that is not in it is not owned by the set.';

--
-- Name: COLUMN task_set_member.applied_version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.task_set_member.applied_version IS 'The version that the task had after the last apply. With the same version nobody has changed it since.';

--
-- Name: time_zone_release; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.time_zone_release (
    only_row boolean DEFAULT true NOT NULL,
    version text NOT NULL,
    rules jsonb NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT time_zone_release_only_row CHECK (only_row),
    CONSTRAINT time_zone_release_rules_object CHECK ((jsonb_typeof(rules) = 'object'::text)),
    CONSTRAINT time_zone_release_version_form CHECK ((version ~ '^[0-9]{4}[a-z]{1,2}$'::text))
);

--
-- Name: TABLE time_zone_release; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.time_zone_release IS 'One row: the release of the IANA time zone database by which next times were last counted.';

--
-- Name: COLUMN time_zone_release.rules; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.time_zone_release.rules IS 'By zone, its clock changes in the years to come: {"changes": [ms since 1970], "offsets": [ms]}, with one offset more than changes.';

--
-- Name: COLUMN time_zone_release.counted_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.time_zone_release.counted_at IS 'When a newer release last took the place of an older one.';

--
-- Name: tls_profile; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tls_profile (
    service_id uuid NOT NULL,
    name text NOT NULL,
    ca text,
    certificate text,
    sealed_key text,
    ca_expires_at timestamp with time zone,
    certificate_subject text,
    certificate_expires_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tls_profile_has_key_of_certificate CHECK (((certificate IS NULL) = (sealed_key IS NULL))),
    CONSTRAINT tls_profile_key_is_sealed CHECK ((sealed_key ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$'::text)),
    CONSTRAINT tls_profile_name_form CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'::text)),
    CONSTRAINT tls_profile_not_empty CHECK (((ca IS NOT NULL) OR (certificate IS NOT NULL))),
    CONSTRAINT tls_profile_size CHECK (((octet_length(ca) <= 65536) AND (octet_length(certificate) <= 65536)))
);

--
-- Name: TABLE tls_profile; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.tls_profile IS 'How tasks of a service connect over TLS: which certificate authority they trust, and which client certificate they present.';

--
-- Name: COLUMN tls_profile.ca; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tls_profile.ca IS 'Certificates in PEM that are trusted in place of those of the system; null trusts the system''s.';

--
-- Name: COLUMN tls_profile.certificate; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tls_profile.certificate IS 'The client certificate in PEM, followed by its chain; null presents none.';

--
-- Name: COLUMN tls_profile.sealed_key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tls_profile.sealed_key IS 'The private key of the certificate in PEM, encrypted as in secret.sealed.';

--
-- Name: COLUMN tls_profile.ca_expires_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tls_profile.ca_expires_at IS 'When the last certificate in ca expires.';

--
-- Name: COLUMN tls_profile.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tls_profile.version IS 'Counts how often the profile was set. Replicas read it again, and open new connections, when it has changed.';

--
-- Name: tls_profile_use; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tls_profile_use (
    service_id uuid NOT NULL,
    task_id uuid NOT NULL,
    profile text NOT NULL
);

--
-- Name: TABLE tls_profile_use; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.tls_profile_use IS 'Which tasks use which TLS profile: task.tls_profile of tasks that are not deleted, for searches and the foreign key.';

--
-- Name: token; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.token (
    service_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    last_used_on date,
    CONSTRAINT token_expires_after_creation CHECK ((expires_at > created_at)),
    CONSTRAINT token_hash_is_sha256 CHECK ((octet_length(hash) = 32)),
    CONSTRAINT token_name_is_no_fingerprint CHECK (((name COLLATE "C") !~ '^[0-9a-f]{8}$'::text)),
    CONSTRAINT token_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT token_scopes_known CHECK (((scopes <@ ARRAY['read'::text, 'write'::text, 'run'::text]) AND ((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 3))))
);

--
-- Name: TABLE token; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.token IS 'Further tokens of a service, besides the one in service.token_hash. Each has a name, and scopes that say what it may do.';

--
-- Name: COLUMN token.name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.token.name IS 'Names the token in the audit. Not 8 hex digits, by which the audit names the token of service.token_hash.';

--
-- Name: COLUMN token.hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.token.hash IS 'SHA-256 of the token; the token itself is kept nowhere.';

--
-- Name: COLUMN token.scopes; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.token.scopes IS 'read: every GET; run: run a task now; write: all other changes.';

--
-- Name: COLUMN token.expires_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.token.expires_at IS 'From when on the token is refused; null for never.';

--
-- Name: COLUMN token.last_used_on; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.token.last_used_on IS 'The last day, in UTC, on which a request was sent with it; written once a day.';

--
-- Name: too_late_slot; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.too_late_slot (
    service_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    task_id uuid NOT NULL,
    scheduled_for timestamp with time zone NOT NULL,
    slots integer NOT NULL,
    reason text NOT NULL,
    CONSTRAINT too_late_slot_slots_positive CHECK ((slots > 0))
);

--
-- Name: TABLE too_late_slot; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.too_late_slot IS 'Slots that were skipped because they were too late, until an alert has opened. It is written by the statement that skips them, and not for what an outage explains: one alert tells of that.';

--
-- Name: COLUMN too_late_slot.scheduled_for; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.too_late_slot.scheduled_for IS 'When the first of the slots was due.';

--
-- Name: COLUMN too_late_slot.slots; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.too_late_slot.slots IS 'How many slots were skipped.';

--
-- Name: COLUMN too_late_slot.reason; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.too_late_slot.reason IS 'Why they were too late.';

--
-- Name: wake; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wake (
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    service_id uuid NOT NULL
);

--
-- Name: TABLE wake; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.wake IS 'Services that a transaction has given something to do, or something to do sooner: replicas look at all services every ten seconds, and in between only at these and at those that they know to come due. Rows are deleted after a minute. There is no foreign key: rows of a deleted service do no harm.';

--
-- Name: COLUMN wake.xid; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.wake.xid IS 'The transaction. By it a replica finds what was committed since its last look, however long the transaction took.';

--
-- Name: execution_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.execution ATTACH PARTITION public.execution_default DEFAULT;

--
-- Name: alert_channel alert_channel_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_channel
    ADD CONSTRAINT alert_channel_pkey PRIMARY KEY (service_id, channel_id, kind, target, alert_id);

--
-- Name: alert_group alert_group_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_group
    ADD CONSTRAINT alert_group_pkey PRIMARY KEY (service_id, channel_id, kind, target);

--
-- Name: alert alert_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (service_id, id);

--
-- Name: alert_policy alert_policy_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_policy
    ADD CONSTRAINT alert_policy_pkey PRIMARY KEY (service_id, id);

--
-- Name: alert_silence alert_silence_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_silence
    ADD CONSTRAINT alert_silence_pkey PRIMARY KEY (service_id, id);

--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (service_id, at, id);

--
-- Name: calendar_day calendar_day_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT calendar_day_pkey PRIMARY KEY (service_id, name, day);

--
-- Name: calendar calendar_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendar
    ADD CONSTRAINT calendar_pkey PRIMARY KEY (service_id, name);

--
-- Name: catch_up catch_up_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catch_up
    ADD CONSTRAINT catch_up_pkey PRIMARY KEY (service_id);

--
-- Name: channel channel_name_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channel
    ADD CONSTRAINT channel_name_unique UNIQUE (service_id, name);

--
-- Name: channel channel_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channel
    ADD CONSTRAINT channel_pkey PRIMARY KEY (service_id, id);

--
-- Name: execution execution_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.execution
    ADD CONSTRAINT execution_pkey PRIMARY KEY (service_id, task_id, created_at, id);

--
-- Name: execution_default execution_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.execution_default
    ADD CONSTRAINT execution_default_pkey PRIMARY KEY (service_id, task_id, created_at, id);

--
-- Name: execution_expired execution_expired_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.execution_expired
    ADD CONSTRAINT execution_expired_pkey PRIMARY KEY (partition);

--
-- Name: execution_response_header execution_response_header_is_object; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.execution_response_header
    ADD CONSTRAINT execution_response_header_is_object CHECK ((json_typeof(VALUE) = 'object'::text)) NOT VALID;

--
-- Name: execution_response_header execution_response_header_size; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.execution_response_header
    ADD CONSTRAINT execution_response_header_size CHECK ((octet_length((VALUE)::text) <= 16384)) NOT VALID;

--
-- Name: execution_rewrite execution_rewrite_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.execution_rewrite
    ADD CONSTRAINT execution_rewrite_pkey PRIMARY KEY (kept);

--
-- Name: failed_execution failed_execution_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.failed_execution
    ADD CONSTRAINT failed_execution_pkey PRIMARY KEY (service_id, created_at, id);

--
-- Name: failing_pending failing_pending_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.failing_pending
    ADD CONSTRAINT failing_pending_pkey PRIMARY KEY (service_id, id);

--
-- Name: failing_task failing_task_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.failing_task
    ADD CONSTRAINT failing_task_pkey PRIMARY KEY (service_id, task_id);

--
-- Name: failure_reason failure_reason_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.failure_reason
    ADD CONSTRAINT failure_reason_pkey PRIMARY KEY (service_id, reason);

--
-- Name: flow flow_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.flow
    ADD CONSTRAINT flow_pkey PRIMARY KEY (service_id, name);

--
-- Name: flow flow_target_unique_in_service; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.flow
    ADD CONSTRAINT flow_target_unique_in_service UNIQUE (service_id, target);

--
-- Name: history_cap history_cap_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.history_cap
    ADD CONSTRAINT history_cap_pkey PRIMARY KEY (only_row);

--
-- Name: idempotency_key idempotency_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (service_id, key);

--
-- Name: label_retention label_retention_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.label_retention
    ADD CONSTRAINT label_retention_pkey PRIMARY KEY (service_id, label_name, label_value);

--
-- Name: notification notification_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_pkey PRIMARY KEY (service_id, id);

--
-- Name: operator_token operator_token_hash_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.operator_token
    ADD CONSTRAINT operator_token_hash_unique UNIQUE (hash);

--
-- Name: operator_token operator_token_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.operator_token
    ADD CONSTRAINT operator_token_pkey PRIMARY KEY (id);

--
-- Name: outage outage_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outage
    ADD CONSTRAINT outage_pkey PRIMARY KEY (began_at);

--
-- Name: pass_beat pass_beat_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pass_beat
    ADD CONSTRAINT pass_beat_pkey PRIMARY KEY (only_row);

--
-- Name: replica replica_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.replica
    ADD CONSTRAINT replica_pkey PRIMARY KEY (id);

--
-- Name: retention retention_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.retention
    ADD CONSTRAINT retention_pkey PRIMARY KEY (service_id);

--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

--
-- Name: secret secret_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (service_id, name);

--
-- Name: service service_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.service
    ADD CONSTRAINT service_pkey PRIMARY KEY (id);

--
-- Name: signing_key signing_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (service_id, id);

--
-- Name: stop_request stop_request_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stop_request
    ADD CONSTRAINT stop_request_pkey PRIMARY KEY (replica_id, service_id, execution_id);

--
-- Name: tally_pending tally_pending_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tally_pending
    ADD CONSTRAINT tally_pending_pkey PRIMARY KEY (service_id, id);

--
-- Name: tally tally_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tally
    ADD CONSTRAINT tally_pkey PRIMARY KEY (service_id, at, shard);

--
-- Name: task_calendar task_calendar_form; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_calendar
    ADD CONSTRAINT task_calendar_form CHECK ((VALUE ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'::text)) NOT VALID;

--
-- Name: task_calendar_rule task_calendar_rule_known; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_calendar_rule
    ADD CONSTRAINT task_calendar_rule_known CHECK ((VALUE = ANY (ARRAY['next'::text, 'previous'::text, 'only_closed'::text]))) NOT VALID;

--
-- Name: task_expect task_expect_is_object; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_expect
    ADD CONSTRAINT task_expect_is_object CHECK ((jsonb_typeof(VALUE) = 'object'::text)) NOT VALID;

--
-- Name: task_flow task_flow_form; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_flow
    ADD CONSTRAINT task_flow_form CHECK ((VALUE ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'::text)) NOT VALID;

--
-- Name: task_history_cut task_history_cut_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_history_cut
    ADD CONSTRAINT task_history_cut_pkey PRIMARY KEY (service_id, task_id);

--
-- Name: task_host task_host_is_host; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_host
    ADD CONSTRAINT task_host_is_host CHECK (((char_length(VALUE) <= 260) AND (VALUE ~ '^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$'::text))) NOT VALID;

--
-- Name: task_key_text task_key_has_form; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_key_text
    ADD CONSTRAINT task_key_has_form CHECK (((char_length(VALUE) <= 200) AND (VALUE ~ '^([a-z0-9_-]|\.[a-z0-9_-]|\.\.[a-z0-9._-])[a-z0-9._-]*(/([a-z0-9_-]|\.[a-z0-9_-]|\.\.[a-z0-9._-])[a-z0-9._-]*)*$'::text))) NOT VALID;

--
-- Name: task_key task_key_one_of_task; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_key
    ADD CONSTRAINT task_key_one_of_task UNIQUE (service_id, task_id);

--
-- Name: task_key task_key_unique_in_service; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_key
    ADD CONSTRAINT task_key_unique_in_service PRIMARY KEY (service_id, key);

--
-- Name: task_label task_label_one_value; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_label
    ADD CONSTRAINT task_label_one_value UNIQUE (service_id, task_id, name);

--
-- Name: task_label task_label_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_label
    ADD CONSTRAINT task_label_pkey PRIMARY KEY (service_id, name, value, task_id);

--
-- Name: task_labels task_labels_is_object; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_labels
    ADD CONSTRAINT task_labels_is_object CHECK ((jsonb_typeof(VALUE) = 'object'::text)) NOT VALID;

--
-- Name: task_late_limit task_late_limit_in_range; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_late_limit
    ADD CONSTRAINT task_late_limit_in_range CHECK (((VALUE >= 1) AND (VALUE <= 31536000))) NOT VALID;

--
-- Name: task_max_runs task_max_runs_in_range; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_max_runs
    ADD CONSTRAINT task_max_runs_in_range CHECK (((VALUE >= 1) AND (VALUE <= 1000000))) NOT VALID;

--
-- Name: task_missed task_missed_known; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_missed
    ADD CONSTRAINT task_missed_known CHECK ((VALUE = ANY (ARRAY['all'::text, 'none'::text]))) NOT VALID;

--
-- Name: task_phase task_phase_known; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_phase
    ADD CONSTRAINT task_phase_known CHECK ((VALUE = 'restart'::text)) NOT VALID;

--
-- Name: task task_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (service_id, id);

--
-- Name: task_retry task_retry_is_object; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_retry
    ADD CONSTRAINT task_retry_is_object CHECK ((jsonb_typeof(VALUE) = 'object'::text)) NOT VALID;

--
-- Name: task_runs_left task_runs_left_not_negative; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_runs_left
    ADD CONSTRAINT task_runs_left_not_negative CHECK ((VALUE >= 0)) NOT VALID;

--
-- Name: task_sealed_url task_sealed_url_is_sealed; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_sealed_url
    ADD CONSTRAINT task_sealed_url_is_sealed CHECK ((VALUE ~ '^[0-9a-f]{8}\.[A-Za-z0-9+/=]+$'::text)) NOT VALID;

--
-- Name: task_secret task_secret_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_secret
    ADD CONSTRAINT task_secret_pkey PRIMARY KEY (service_id, task_id, header, name);

--
-- Name: task_secret_url task_secret_url_is_true; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_secret_url
    ADD CONSTRAINT task_secret_url_is_true CHECK (VALUE) NOT VALID;

--
-- Name: task_set_member task_set_member_of_one_set; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_set_member
    ADD CONSTRAINT task_set_member_of_one_set UNIQUE (service_id, task_id);

--
-- Name: task_set_member task_set_member_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_set_member
    ADD CONSTRAINT task_set_member_pkey PRIMARY KEY (service_id, set_name, key);

--
-- Name: task_set task_set_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_set
    ADD CONSTRAINT task_set_pkey PRIMARY KEY (service_id, name);

--
-- Name: task_spread task_spread_in_range; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_spread
    ADD CONSTRAINT task_spread_in_range CHECK (((VALUE >= 1) AND (VALUE <= 86400))) NOT VALID;

--
-- Name: task_spread_offset task_spread_offset_in_range; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_spread_offset
    ADD CONSTRAINT task_spread_offset_in_range CHECK (((VALUE >= 0) AND (VALUE <= 86399))) NOT VALID;

--
-- Name: task_tls_profile task_tls_profile_form; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER DOMAIN public.task_tls_profile
    ADD CONSTRAINT task_tls_profile_form CHECK ((VALUE ~ '^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$'::text)) NOT VALID;

--
-- Name: time_zone_release time_zone_release_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.time_zone_release
    ADD CONSTRAINT time_zone_release_pkey PRIMARY KEY (only_row);

--
-- Name: tls_profile tls_profile_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tls_profile
    ADD CONSTRAINT tls_profile_pkey PRIMARY KEY (service_id, name);

--
-- Name: tls_profile_use tls_profile_use_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tls_profile_use
    ADD CONSTRAINT tls_profile_use_pkey PRIMARY KEY (service_id, task_id);

--
-- Name: token token_hash_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_hash_unique UNIQUE (service_id, hash);

--
-- Name: token token_name_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_name_unique UNIQUE (service_id, name);

--
-- Name: token token_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (service_id, id);

--
-- Name: too_late_slot too_late_slot_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.too_late_slot
    ADD CONSTRAINT too_late_slot_pkey PRIMARY KEY (service_id, id);

--
-- Name: wake wake_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wake
    ADD CONSTRAINT wake_pkey PRIMARY KEY (xid, service_id);

--
-- Name: alert_channel_alert_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX alert_channel_alert_idx ON public.alert_channel USING btree (service_id, alert_id);

--
-- Name: alert_group_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX alert_group_due_idx ON public.alert_group USING btree (due_at) WHERE (due_at IS NOT NULL);

--
-- Name: alert_open_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX alert_open_idx ON public.alert USING btree (service_id, opened_at, id) WHERE (closed_at IS NULL);

--
-- Name: alert_open_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX alert_open_key ON public.alert USING btree (service_id, kind, task_id) WHERE (closed_at IS NULL);

--
-- Name: alert_opened_brin; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX alert_opened_brin ON public.alert USING brin (opened_at);

--
-- Name: alert_opened_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX alert_opened_idx ON public.alert USING btree (service_id, opened_at, id);

--
-- Name: alert_policy_default_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX alert_policy_default_key ON public.alert_policy USING btree (service_id) WHERE ((task_id IS NULL) AND (label_name IS NULL));

--
-- Name: alert_policy_label_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX alert_policy_label_key ON public.alert_policy USING btree (service_id, label_name, label_value) WHERE (label_name IS NOT NULL);

--
-- Name: alert_policy_long_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX alert_policy_long_idx ON public.alert_policy USING btree (long_seconds) WHERE (long_seconds IS NOT NULL);

--
-- Name: alert_policy_task_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX alert_policy_task_key ON public.alert_policy USING btree (service_id, task_id) WHERE (task_id IS NOT NULL);

--
-- Name: alert_task_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX alert_task_idx ON public.alert USING btree (service_id, task_id, opened_at);

--
-- Name: audit_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_at_idx ON public.audit USING brin (at);

--
-- Name: audit_task_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_task_idx ON public.audit USING btree (service_id, task_id, at, id);

--
-- Name: execution_created_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX execution_created_idx ON ONLY public.execution USING brin (created_at) WITH (pages_per_range='32');

--
-- Name: execution_default_created_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX execution_default_created_at_idx ON public.execution_default USING brin (created_at) WITH (pages_per_range='32');

--
-- Name: failed_execution_created_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX failed_execution_created_idx ON public.failed_execution USING brin (created_at);

--
-- Name: failed_execution_failed_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX failed_execution_failed_idx ON public.failed_execution USING btree (service_id, GREATEST(failed_at, created_at), id);

--
-- Name: failed_execution_failed_reason_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX failed_execution_failed_reason_idx ON public.failed_execution USING btree (service_id, reason, COALESCE(failed_at, created_at), id);

--
-- Name: failed_execution_failed_task_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX failed_execution_failed_task_idx ON public.failed_execution USING btree (service_id, task_id, COALESCE(failed_at, created_at), id) INCLUDE (reason, created_at, failed_at);

--
-- Name: failed_execution_reason_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX failed_execution_reason_idx ON public.failed_execution USING btree (service_id, reason, created_at, id);

--
-- Name: failed_execution_task_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX failed_execution_task_idx ON public.failed_execution USING btree (service_id, task_id, created_at, id) INCLUDE (reason);

--
-- Name: failing_task_alert_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX failing_task_alert_due_idx ON public.failing_task USING btree (service_id) WHERE alert_due;

--
-- Name: failing_task_since_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX failing_task_since_idx ON public.failing_task USING btree (service_id, since);

--
-- Name: idempotency_key_created_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_key_created_idx ON public.idempotency_key USING btree (created_at);

--
-- Name: idempotency_key_task_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_key_task_idx ON public.idempotency_key USING btree (service_id, task_id);

--
-- Name: notification_channel_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX notification_channel_idx ON public.notification USING btree (service_id, channel_id, created_at);

--
-- Name: notification_created_brin; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX notification_created_brin ON public.notification USING brin (created_at);

--
-- Name: notification_created_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX notification_created_idx ON public.notification USING btree (service_id, created_at, id);

--
-- Name: notification_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX notification_due_idx ON public.notification USING btree (due_at) WHERE (due_at IS NOT NULL);

--
-- Name: notification_waiting_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX notification_waiting_key ON public.notification USING btree (service_id, channel_id, kind, target) WHERE (due_at IS NOT NULL);

--
-- Name: operator_token_name_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX operator_token_name_key ON public.operator_token USING btree (name) WHERE (deleted_at IS NULL);

--
-- Name: service_previous_token_hash_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX service_previous_token_hash_idx ON public.service USING btree (previous_token_hash) WHERE (previous_token_hash IS NOT NULL);

--
-- Name: service_token_hash_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX service_token_hash_idx ON public.service USING btree (token_hash);

--
-- Name: signing_key_changed_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX signing_key_changed_idx ON public.signing_key USING btree (changed_at);

--
-- Name: task_calendar_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_calendar_idx ON public.task USING btree (service_id, calendar, id) WHERE (calendar IS NOT NULL);

--
-- Name: task_cron_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_cron_due_idx ON public.task USING btree (service_id, scheduled_at, cron, time_zone, COALESCE((spread_offset)::integer, 0), COALESCE(calendar_use, ''::text)) WHERE ((cron IS NOT NULL) AND (status = 'active'::text) AND (NOT once_running) AND (limited_by IS NULL));

--
-- Name: task_deleted_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_deleted_idx ON public.task USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

--
-- Name: task_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_due_idx ON public.task USING btree (service_id, scheduled_at, id) WHERE ((status = 'active'::text) AND (NOT once_running) AND (limited_by IS NULL));

--
-- Name: task_flow_cron_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_flow_cron_due_idx ON public.task USING btree (service_id, limited_by, scheduled_at, cron, time_zone, COALESCE((spread_offset)::integer, 0), COALESCE(calendar_use, ''::text)) WHERE ((cron IS NOT NULL) AND (status = 'active'::text) AND (NOT once_running) AND (limited_by IS NOT NULL));

--
-- Name: task_flow_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_flow_due_idx ON public.task USING btree (service_id, limited_by, scheduled_at, id) WHERE ((status = 'active'::text) AND (NOT once_running) AND (limited_by IS NOT NULL));

--
-- Name: task_flow_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_flow_idx ON public.task USING btree (service_id, flow) WHERE (flow IS NOT NULL);

--
-- Name: task_flow_queued_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_flow_queued_idx ON public.task USING btree (service_id, limited_by, queued_for) WHERE ((queued_for IS NOT NULL) AND (limited_by IS NOT NULL));

--
-- Name: task_limited_by_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_limited_by_idx ON public.task USING btree (service_id, limited_by) WHERE (limited_by IS NOT NULL);

--
-- Name: task_paused_until_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_paused_until_idx ON public.task USING btree (paused_until) WHERE (paused_until IS NOT NULL);

--
-- Name: task_queued_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_queued_idx ON public.task USING btree (service_id, queued_for) WHERE (queued_for IS NOT NULL);

--
-- Name: task_secret_name_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_secret_name_idx ON public.task_secret USING btree (service_id, name, task_id);

--
-- Name: task_unlimited_queued_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX task_unlimited_queued_idx ON public.task USING btree (service_id, queued_for) WHERE ((queued_for IS NOT NULL) AND (limited_by IS NULL));

--
-- Name: tls_profile_use_profile_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tls_profile_use_profile_idx ON public.tls_profile_use USING btree (service_id, profile, task_id);

--
-- Name: execution_default_created_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.execution_created_idx ATTACH PARTITION public.execution_default_created_at_idx;

--
-- Name: execution_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.execution_pkey ATTACH PARTITION public.execution_default_pkey;

--
-- Name: execution execution_task_fkey; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER execution_task_fkey AFTER INSERT ON public.execution REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_execution_without_task();

--
-- Name: task execution_task_fkey; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER execution_task_fkey AFTER DELETE OR UPDATE OF service_id, id ON public.task FOR EACH ROW EXECUTE FUNCTION public.refuse_task_with_executions();

--
-- Name: replica flow_forget_replica; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER flow_forget_replica AFTER DELETE ON public.replica FOR EACH ROW EXECUTE FUNCTION public.flow_forget_replica();

--
-- Name: task task_check_calendar; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER task_check_calendar AFTER INSERT OR UPDATE OF calendar, calendar_rule, calendar_use, deleted_at ON public.task FOR EACH ROW WHEN (((new.calendar IS NOT NULL) OR (new.calendar_use IS NOT NULL))) EXECUTE FUNCTION public.task_check_calendar();

--
-- Name: task task_find_flow_of_changed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER task_find_flow_of_changed AFTER UPDATE OF url, flow, deleted_at ON public.task FOR EACH ROW WHEN (((old.url <> new.url) OR ((old.flow)::text IS DISTINCT FROM (new.flow)::text) OR (old.deleted_at IS DISTINCT FROM new.deleted_at))) EXECUTE FUNCTION public.task_find_flow();

--
-- Name: task task_find_flow_of_new; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER task_find_flow_of_new BEFORE INSERT ON public.task FOR EACH ROW EXECUTE FUNCTION public.task_find_flow();

--
-- Name: task task_wake_for_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER task_wake_for_change AFTER UPDATE OF queued_for, status, limited_by ON public.task FOR EACH ROW WHEN (((new.queued_for < old.queued_for) OR ((old.queued_for IS NULL) AND (new.queued_for IS NOT NULL)) OR ((old.status <> 'active'::text) AND (new.status = 'active'::text)) OR ((old.limited_by IS NOT NULL) AND (new.limited_by IS NULL)))) EXECUTE FUNCTION public.wake_service();

--
-- Name: task task_wake_for_slot; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER task_wake_for_slot AFTER UPDATE OF scheduled_at, once_running ON public.task FOR EACH ROW WHEN (((new.scheduled_at < old.scheduled_at) OR (old.once_running AND (NOT new.once_running) AND (new.status = 'active'::text)))) EXECUTE FUNCTION public.wake_service();

--
-- Name: task task_wake_services; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER task_wake_services AFTER INSERT ON public.task REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.wake_services();

--
-- Name: alert_channel alert_channel_alert_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_channel
    ADD CONSTRAINT alert_channel_alert_fkey FOREIGN KEY (service_id, alert_id) REFERENCES public.alert(service_id, id) ON DELETE CASCADE;

--
-- Name: alert_channel alert_channel_channel_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_channel
    ADD CONSTRAINT alert_channel_channel_fkey FOREIGN KEY (service_id, channel_id) REFERENCES public.channel(service_id, id) ON DELETE CASCADE;

--
-- Name: alert_group alert_group_channel_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_group
    ADD CONSTRAINT alert_group_channel_fkey FOREIGN KEY (service_id, channel_id) REFERENCES public.channel(service_id, id) ON DELETE CASCADE;

--
-- Name: alert_policy alert_policy_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_policy
    ADD CONSTRAINT alert_policy_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: alert alert_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: alert_silence alert_silence_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alert_silence
    ADD CONSTRAINT alert_silence_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: calendar_day calendar_day_calendar_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT calendar_day_calendar_fkey FOREIGN KEY (service_id, name) REFERENCES public.calendar(service_id, name) ON DELETE CASCADE;

--
-- Name: calendar calendar_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendar
    ADD CONSTRAINT calendar_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: catch_up catch_up_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catch_up
    ADD CONSTRAINT catch_up_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: channel channel_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.channel
    ADD CONSTRAINT channel_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: failing_task failing_task_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.failing_task
    ADD CONSTRAINT failing_task_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: flow flow_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.flow
    ADD CONSTRAINT flow_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: idempotency_key idempotency_key_task_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_task_fkey FOREIGN KEY (service_id, task_id) REFERENCES public.task(service_id, id) ON DELETE CASCADE;

--
-- Name: label_retention label_retention_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.label_retention
    ADD CONSTRAINT label_retention_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: notification notification_channel_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_channel_fkey FOREIGN KEY (service_id, channel_id) REFERENCES public.channel(service_id, id) ON DELETE CASCADE;

--
-- Name: retention retention_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.retention
    ADD CONSTRAINT retention_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: secret secret_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.secret
    ADD CONSTRAINT secret_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: signing_key signing_key_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT signing_key_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: tally tally_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tally
    ADD CONSTRAINT tally_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: task task_calendar_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_calendar_fkey FOREIGN KEY (service_id, calendar) REFERENCES public.calendar(service_id, name);

--
-- Name: task task_flow_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_flow_fkey FOREIGN KEY (service_id, flow) REFERENCES public.flow(service_id, name);

--
-- Name: task_key task_key_task_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_key
    ADD CONSTRAINT task_key_task_fkey FOREIGN KEY (service_id, task_id) REFERENCES public.task(service_id, id) ON DELETE CASCADE;

--
-- Name: task_label task_label_task_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_label
    ADD CONSTRAINT task_label_task_fkey FOREIGN KEY (service_id, task_id) REFERENCES public.task(service_id, id) ON DELETE CASCADE;

--
-- Name: task task_limited_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_limited_by_fkey FOREIGN KEY (service_id, limited_by) REFERENCES public.flow(service_id, name);

--
-- Name: task_secret task_secret_secret_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_secret
    ADD CONSTRAINT task_secret_secret_fkey FOREIGN KEY (service_id, name) REFERENCES public.secret(service_id, name);

--
-- Name: task task_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id);

--
-- Name: task_set_member task_set_member_set_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_set_member
    ADD CONSTRAINT task_set_member_set_fkey FOREIGN KEY (service_id, set_name) REFERENCES public.task_set(service_id, name) ON DELETE CASCADE;

--
-- Name: task_set task_set_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.task_set
    ADD CONSTRAINT task_set_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: tls_profile tls_profile_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tls_profile
    ADD CONSTRAINT tls_profile_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: tls_profile_use tls_profile_use_profile_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tls_profile_use
    ADD CONSTRAINT tls_profile_use_profile_fkey FOREIGN KEY (service_id, profile) REFERENCES public.tls_profile(service_id, name);

--
-- Name: token token_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.token
    ADD CONSTRAINT token_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- Name: too_late_slot too_late_slot_service_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.too_late_slot
    ADD CONSTRAINT too_late_slot_service_fkey FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

--
-- PostgreSQL database dump complete
--

--
-- Dbmate schema migrations
--

INSERT INTO public.schema_migrations (version) VALUES
    ('20261124000001'),
    ('20261124000002'),
    ('20261124000003'),
    ('20261124000004'),
    ('20261124000005'),
    ('20261124000006'),
    ('20261124000007'),
    ('20261124000008'),
    ('20261128000030'),
    ('20261128000040'),
    ('20261128000060'),
    ('20261128000090'),
    ('20261128000100'),
    ('20261128000110'),
    ('20261128000120'),
    ('20261128000130'),
    ('20261128000140'),
    ('20261128000150'),
    ('20261128000160'),
    ('20261128000170'),
    ('20261128000171'),
    ('20261128000183'),
    ('20261128000184'),
    ('20261128000185'),
    ('20261128000186'),
    ('20261128000188'),
    ('20261128000189'),
    ('20261128000190'),
    ('20261128000193'),
    ('20261128000194'),
    ('20261128000195'),
    ('20261128000197'),
    ('20261128000198'),
    ('20261128000209'),
    ('20261128000210'),
    ('20261128000220'),
    ('20261128000221'),
    ('20261128000230'),
    ('20261128000240'),
    ('20261128000245'),
    ('20261128000250'),
    ('20261128000251'),
    ('20261128000255'),
    ('20261128000260'),
    ('20261128000265'),
    ('20261128000270'),
    ('20261128000271'),
    ('20261128000280'),
    ('20261128000281'),
    ('20261128000290'),
    ('20261128000291'),
    ('20261128000300'),
    ('20261128000301'),
    ('20261128000390'),
    ('20261128000391'),
    ('20261129000400'),
    ('20261129000410'),
    ('20261129000411'),
    ('20261129000420'),
    ('20261129000421'),
    ('20261129000430'),
    ('20261129000431'),
    ('20261129000440'),
    ('20261129000450'),
    ('20261129000460'),
    ('20261129000470'),
    ('20261129000480'),
    ('20261130000495'),
    ('20261130000496'),
    ('20261130000510'),
    ('20261130000520'),
    ('20261130000521'),
    ('20261130000522'),
    ('20261130000523'),
    ('20261130000530'),
    ('20261130000531'),
    ('20261130000532'),
    ('20261130000550'),
    ('20261130000551'),
    ('20261130000552'),
    ('20261130000553'),
    ('20261130000554');
