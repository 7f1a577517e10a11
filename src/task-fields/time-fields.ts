import { Type } from '@sinclair/typebox'
import { anyOf } from '../formats/list.ts'
import { nullable, oneOf, Time } from '../formats/schema.ts'
import { type CalendarRule, calendarRules } from '../schedule/calendar.ts'
import { units } from '../schedule/unit.ts'
import { flowNameInput } from './flow-name.ts'
import { cronPattern, timeZonePattern } from './openapi-patterns.ts'
import { phaseChoices } from './phase.ts'
import type { TaskField } from './task-field.ts'

/** The fields that say when a task runs. */
export const timeFields = {
  scheduled_at: {
    column: 'timestamptz',
    input: nullable(Time),
    output: Type.Union([Time, Type.Null()], { description: 'the next run; null once a task has run its last slot' }),
    default: null,
    audit: 'time',
    isClaimed: false,
    isHashedAtDefault: true,
    option: {
      flags: '--scheduled-at <time>',
      help: 'time of the first run, such as 2026-11-24T12:00:00Z; of the only run if alone',
      reads: 'text',
    },
  },
  frequency: {
    column: 'integer',
    input: nullable(
      Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'a whole number from 1 to 2147483647' }),
    ),
    output: Type.Union([Type.Integer(), Type.Null()], {
      description: 'with unit how often it runs; null with cron, and for a task that runs once',
    }),
    default: null,
    audit: 'value',
    pairedWith: 'unit',
    isClaimed: false,
    isHashedAtDefault: true,
    option: { flags: '--frequency <n>', help: 'number of units between two runs', reads: 'number' },
  },
  unit: {
    column: 'text',
    input: nullable(oneOf('Unit', units)),
    output: Type.Union([oneOf('Unit', units), Type.Null()]),
    default: null,
    audit: 'value',
    pairedWith: 'frequency',
    isClaimed: false,
    isHashedAtDefault: true,
    option: { flags: '--unit <unit>', help: anyOf(units), reads: 'text' },
  },
  cron: {
    column: 'text',
    input: nullable(
      Type.String({
        documented: { maxLength: 1_000, pattern: cronPattern },
        description:
          'a cron pattern of five fields (minute, hour, day of month, month, weekday), such as 30 2 * * MON-FRI, or several of them separated by semicolons,',
      }),
    ),
    output: Type.Union([Type.String(), Type.Null()], { description: 'the pattern of the times at which it runs' }),
    default: null,
    audit: 'value',
    pairedWith: 'time_zone',
    isClaimed: false,
    isHashedAtDefault: true,
    option: {
      flags: '--cron <pattern>',
      help: "cron pattern, such as '30 2 * * MON-FRI', '0 9 L * *' or 'every 2 weeks at 09:00 from 2026-11-30', instead of --frequency",
      reads: 'text',
    },
  },
  time_zone: {
    column: 'text',
    input: nullable(
      Type.String({
        documented: { pattern: timeZonePattern },
        description: 'the IANA name of the time zone that cron is read in (UTC unless given), such as Europe/Berlin,',
      }),
    ),
    output: Type.Union([Type.String(), Type.Null()], { description: 'the zone that cron is read in' }),
    default: null,
    audit: 'value',
    pairedWith: 'cron',
    isClaimed: false,
    isHashedAtDefault: true,
    option: {
      flags: '--time-zone <zone>',
      help: 'time zone of --cron, such as Europe/Berlin (default: UTC)',
      reads: 'text',
    },
  },
  calendar: {
    column: 'text',
    domain: 'task_calendar',
    input: nullable(flowNameInput),
    output: nullable(
      Type.String(),
      'the calendar of the service by which slots of cron on closed days are left out or moved; null: none',
    ),
    default: null,
    audit: 'value',
    pairedWith: 'calendar_rule',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--calendar <name>',
      help: 'calendar by which slots of --cron on closed days are left out or moved',
      reads: 'text',
    },
  },
  calendar_rule: {
    column: 'text',
    domain: 'task_calendar_rule',
    input: oneOf('CalendarRule', calendarRules),
    output: Type.Unsafe<CalendarRule>({
      ...oneOf('CalendarRule', calendarRules),
      description:
        'what becomes of slots on closed days: skip, there are none; next or previous, they move to the same time of the next or the previous open day; only_closed, there are slots on closed days only. Without meaning without a calendar',
    }),
    default: 'skip',
    storedAsNull: 'skip',
    audit: 'value',
    pairedWith: 'calendar',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--calendar-rule <rule>',
      help: `what becomes of slots on closed days: ${anyOf(calendarRules)} (default: skip)`,
      reads: 'text',
    },
  },
  phase: {
    column: 'text',
    domain: 'task_phase',
    input: oneOf('Phase', phaseChoices),
    output: Type.Unsafe<(typeof phaseChoices)[number]>({
      ...oneOf('Phase', phaseChoices),
      description:
        'where an interval goes on after an outage: keep, on the times it had; restart, one interval from the late run. Without meaning for other schedules',
    }),
    default: 'keep',
    storedAsNull: 'keep',
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--phase <choice>',
      help: 'after an outage an interval goes on at its own times (keep, the default) or is counted from the late run (restart)',
      reads: 'text',
    },
  },
  spread_seconds: {
    column: 'integer',
    domain: 'task_spread',
    input: Type.Integer({ minimum: 0, maximum: 86_400, description: 'a whole number from 0 to 86400' }),
    output: Type.Integer({
      description:
        'it starts within so many seconds after each of its slots, always equally long after it: the last 32 bits of its id modulo this number. 0: at once',
    }),
    default: 0,
    storedAsNull: '0',
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--spread-seconds <n>',
      help: 'start within so many seconds after each slot, always equally long after it, up to 86400 (default: 0)',
      reads: 'number',
    },
  },
} as const satisfies Readonly<Record<string, TaskField>>
