import { mask } from '../../formats/secret-mask.ts'
import { sendsBody } from '../../task-fields/methods.ts'
import { showChanges } from '../changes/task-changes.tsx'
import type { Task } from '../client/api.ts'
import type { ListedExecution } from '../client/executions.ts'
import { hrefOf, type Route, type RouteOf } from '../client/route.ts'
import { isUnderWay } from '../client/under-way.ts'
import { calendarRoute, editTlsProfileRoute } from '../client/used-routes.ts'
import { rawCron, scheduleLabel, statusMeaning, whyOver } from '../format/labels.ts'
import { Fact } from '../parts/fact.tsx'
import { LongText } from '../parts/long-text.tsx'
import { NextStart } from '../parts/next-start.tsx'
import { OwnSetFact } from '../parts/own-set.tsx'
import { Time } from '../parts/time.tsx'
import type { MoreInput } from '../task-form/form-field.ts'
import { fieldEntries } from '../task-form/form-fields.ts'
import { sameJson } from '../task-form/request-body.ts'
import { FlowFact } from './flow-fact.tsx'

interface FactsProps {
  readonly route: RouteOf<'task'>
  readonly task: Task
  readonly version: string
  /** Its newest executions. */
  readonly newest: readonly ListedExecution[]
}

/** What a task calls, when, and how. */
export function TaskFacts({ route, task, version, newest }: FactsProps) {
  const headers = Object.entries(task.header)
  return (
    <dl class="facts">
      <Fact name="Calls">
        <span class="code">
          {task.method} {task.url}
        </span>
      </Fact>
      <Fact name="Schedule">
        <span title={rawCron(task)}>{scheduleLabel(task)}</span>
        {task.status !== 'active' && (
          <span class="quiet">
            {' '}
            {task.paused_until === null ? (
              `(${task.status}: ${statusMeaning[task.status]})`
            ) : (
              <>
                (paused until <Time at={task.paused_until} />, then active by itself)
              </>
            )}
          </span>
        )}
        {task.cron !== null && <span class="code quiet line">{task.cron}</span>}
      </Fact>
      <Fact name="Next run">
        <NextRun task={task} newest={newest} />
      </Fact>
      <Fact name="Limits">
        {[...fieldEntries.values()].flatMap(({ limit }) => limit?.inWords(task) ?? []).join(', ')}
      </Fact>
      {[...fieldEntries].map(([name, { label, more, usual, shownAs, inWords }]) => {
        const value = task[name as keyof Task] as unknown
        return (
          // These two have a line of their own.
          !['flow', 'paused_until'].includes(name) &&
          more !== undefined &&
          !isUsual(value, usual) && (
            <Fact key={name} name={label}>
              {more.input === 'time' ? (
                <Time at={String(value)} />
              ) : linked[name] ? (
                <a href={hrefOf(linked[name](String(value)))}>{String(value)}</a>
              ) : (
                <span class={shownAs === 'code' ? 'code' : ''}>{inWords?.(value) ?? moreText(more.input, value)}</span>
              )}
            </Fact>
          )
        )
      })}
      <FlowFact task={task} version={version} isBusy={newest.some(isUnderWay)} />
      {headers.length > 0 && (
        <Fact name="Headers">
          {headers.map(([name, value]) => (
            <span key={name} class="code line">
              {name}: {value}
              {value === mask && <span class="hint"> kept encrypted</span>}
            </span>
          ))}
        </Fact>
      )}
      {task.payload !== null && (
        <Fact name="Payload">
          <LongText text={task.payload} />
          {!sendsBody(task.method) && <span class="hint">Kept, but not sent: a {task.method} carries no body.</span>}
        </Fact>
      )}
      <OwnSetFact task={task} version={version} />
      <Fact name="Created">
        <Time at={task.created_at} />
        {task.updated_at !== task.created_at && (
          <>
            , changed <Time at={task.updated_at} /> (
            <a href={hrefOf({ ...route, changes: route.changes || 1 })} onClick={showChanges}>
              what was changed
            </a>
            )
          </>
        )}
      </Fact>
      <Fact name="Id">
        <span class="code">{task.id}</span>
      </Fact>
    </dl>
  )
}

/** Where the name of what a task uses leads. */
const linked: Readonly<Record<string, (name: string) => Route>> = {
  calendar: calendarRoute,
  tls_profile: editTlsProfileRoute,
}

const isUsual = (value: unknown, usual: unknown) => value === null || sameJson(value, usual ?? null)

/** A value of a field that few tasks need, as text. */
const moreText = (input: MoreInput, value: unknown) =>
  typeof input === 'object'
    ? (input[String(value)] ?? String(value))
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)

function NextRun({ task, newest }: Pick<FactsProps, 'task' | 'newest'>) {
  const at = task.starts_at
  if (at === null) return <>none: {whyOver(task)}</>
  if (task.status === 'active') return <NextStart at={at} newest={newest} />
  if (task.paused_until !== null)
    return (
      <>
        none before <Time at={task.paused_until} />
      </>
    )
  return (
    <>
      none while {task.status}; would be due <Time at={at} />
    </>
  )
}
