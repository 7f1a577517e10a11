import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { listOutages } from '../alerts/outages.ts'
import { readPruned } from '../database/planned.ts'
import type { Sql } from '../database/sql.ts'
import { Id, Time } from '../formats/schema.ts'
import { formatTime, inUtc } from '../formats/time.ts'
import { taskNotFound } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { readRetention } from '../services/retention.ts'
import { type ServerDays, withKept } from '../services/retention-model.ts'
import { findCalendarUses } from '../tasks/calendar-use.ts'
import { findNow } from '../tasks/queries.ts'
import { explain, spanOf } from './explain.ts'
import { findFlowThen } from './flow-then.ts'
import { withOutage } from './in-outage.ts'
import { Why } from './model.ts'
import { pastOf, timingThen } from './past.ts'
import { findChanges, findLateAlert, findLaterSetting, findSubject, listRunsAround, type Subject } from './queries.ts'
import type { Reads } from './told.ts'

/** An alert may open some time after its slot has started elsewhere, in ms. */
const alertSlackMs = 60_000

/** What the route /tasks/{taskId}/why works with. */
export interface WhyRules {
  /** For how long the server keeps executions and changes. */
  readonly days: ServerDays & { readonly auditRetentionDays: number }
  /** Returns after how long without a pass there is an outage, in seconds. */
  readonly outageSeconds: () => number
  /** Returns by how much a task may start late and keep its phase, in seconds. */
  readonly toleranceSeconds: () => number
}

/** Creates the route /tasks/{taskId}/why: why a task did, or did not, run at a time. */
export function whyRoutes(sql: Sql, authenticate: Authenticate, { days, outageSeconds, toleranceSeconds }: WhyRules) {
  const readsOf = (serviceId: string, subject: Subject): Reads => ({
    outages: (from, to) => listOutages(sql, { from: formatTime(from), to: formatTime(to) }, outageSeconds()),
    lateAlert: (since, until) =>
      findLateAlert(sql, serviceId, subject.id, formatTime(since), formatTime(until + alertSlackMs)),
    flow: (name, until) => findFlowThen(sql, serviceId, name, formatTime(until)),
    calendarChange: async (name, since) => {
      const at = await findLaterSetting(sql, serviceId, 'calendar_set', name, formatTime(since))
      return at === undefined ? undefined : Date.parse(at)
    },
    changeDays: days.auditRetentionDays,
    executionDays: async () => {
      const set = await readRetention(sql, serviceId)
      // Of several labels the first by name decides.
      const own = set?.labels.find(({ label }) => {
        const [name = '', value] = label.split(/=(.*)/s)
        return subject.labels[name] === value
      })
      const { kept } = withKept(own ?? set ?? { execution_days: null, failure_days: null, answer_days: null }, days)
      return kept.execution_days
    },
  })
  return new Elysia({ name: 'why', normalize: false, tags: ['executions'] }).use(requireService(authenticate)).get(
    '/tasks/:taskId/why',
    async ({ serviceId, params: { taskId }, query }) => {
      // Without a time it is about the minute that is now.
      const asked = inUtc(query.at ?? null) ?? (await findNow(sql)).replace(/:\d\d(\.\d+)?Z$/, ':00Z')
      const span = spanOf(Math.floor(Date.parse(asked)))
      const [from, until] = [formatTime(span.from), formatTime(span.until)]
      const [subject, changes, runs] = await Promise.all([
        findSubject(sql, serviceId, taskId, until),
        findChanges(sql, serviceId, taskId, until),
        readPruned(sql, (own) => listRunsAround(own, serviceId, taskId, until)),
      ])
      if (!subject) throw taskNotFound()
      const timing = timingThen(subject)
      const use = (await findCalendarUses(sql, serviceId, [timing]))(timing)?.use
      const past = pastOf(subject, changes, runs, use, toleranceSeconds() * 1000)
      const reads = readsOf(serviceId, subject)
      const told = await explain(reads, past, span)
      return { task_id: subject.id, at: from, ...(await withOutage(reads, past, span, told)) }
    },
    {
      params: Type.Object({ taskId: Id }),
      query: Type.Object({ at: Type.Optional(Time) }, { additionalProperties: false }),
      scope: 'read',
      detail: operation(
        'explainTaskRun',
        'Why a task did, or did not, run at a time',
        {
          status: 200,
          description:
            'What became of the task at `at`, in the minute that is now unless given, by its executions, its changes, the outages and its schedule. A whole minute stands for all of it, any other time for its second. `reason` says it in a word, `sentence` for people; the other fields are what it rests on. What is no longer kept is `unknown`.',
          schema: Why,
        },
        [400, 404],
      ),
    },
  )
}
