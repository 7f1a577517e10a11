import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { nullable, oneOf, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { dayNumber, dayText } from '../schedule/calendar.ts'
import { maxNoteLength } from '../schedule/ics.ts'
import { flowNameInput } from '../task-fields/flow-name.ts'
import { isStorable, isWithin } from '../task-fields/limits.ts'
import { storablePattern } from '../task-fields/openapi-patterns.ts'

/** How many calendars a service may have. */
export const maxCalendars = 100
/** How many days a calendar may list. */
export const maxDays = 5_000

/** Schema of the name of a calendar: as that of a flow. */
export const CalendarName = flowNameInput

FormatRegistry.Set('calendar-day', (text) => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const number = dayNumber(text)
  return number >= 0 && dayText(number) === text
})

/** Names of weekdays, by their number: 0 is Sunday. */
export const weekdayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

const Weekday = oneOf('Weekday', weekdayNames)
const Kind = oneOf('CalendarDayKind', ['closed', 'open'] as const)

const Day = Type.String({
  format: 'calendar-day',
  documented: { pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', examples: ['2026-12-25'] },
  description: 'a day from 1970 to 9999, such as 2026-12-25',
})

FormatRegistry.Set('calendar-note', (text) => text !== '' && isWithin(text, maxNoteLength) && isStorable(text))

const Note = nullable(
  Type.String({
    format: 'calendar-note',
    documented: { minLength: 1, maxLength: maxNoteLength, pattern: storablePattern, examples: ['Christmas Day'] },
    description: `a text of 1 to ${maxNoteLength} characters without NUL`,
  }),
)

const weekend = (description: string) => Type.Array(Weekday, { maxItems: 7, uniqueItems: true, description })

/** Schema of the body that sets a calendar. */
export const CalendarPut = Type.Object(
  {
    weekend: Type.Optional(weekend('a list of the closed weekdays; left out, it is saturday and sunday')),
    ics: Type.Optional(
      nullable(
        Type.String({
          minLength: 1,
          description: 'the text of a calendar file (iCalendar): its whole-day events are closed days',
        }),
      ),
    ),
    days: Type.Optional(
      Type.Array(
        Type.Object(
          {
            day: Day,
            kind: Type.Optional(Kind),
            note: Type.Optional(Note),
          },
          { $id: 'NewCalendarDay', additionalProperties: false, description: 'a JSON object' },
        ),
        {
          maxItems: maxDays,
          description: `a list of up to ${maxDays} days that are not as the weekend says; they count more than those of ics`,
        },
      ),
    ),
    dry_run: Type.Optional(
      Type.Boolean({ description: 'true: nothing is changed, and the answer says what would be' }),
    ),
  },
  { $id: 'CalendarPut', additionalProperties: false, description: 'a JSON object' },
)

/** The body that sets a calendar. */
export type CalendarPut = Static<typeof CalendarPut>

const listed = {
  name: Type.String(),
  weekend: weekend('closed weekdays'),
  last_day: nullable(Day, 'the last day that it lists: after it only the weekend is known'),
  day_count: Type.Integer({ description: 'how many days it lists' }),
  task_count: Type.Integer({ description: 'how many tasks use it' }),
  created_at: Time,
  updated_at: Time,
}

/** Schema of a calendar in a list. */
export const ListedCalendar = Type.Object(listed, { $id: 'ListedCalendar' })

/** A calendar in a list, as the API returns it. */
export type ListedCalendar = Static<typeof ListedCalendar>

const whole = {
  ...listed,
  days: Type.Array(Type.Object({ day: Day, kind: Kind, note: nullable(Type.String()) }, { $id: 'CalendarDay' }), {
    description: 'the days that are not as the weekend says, in ascending order',
  }),
}

/** Schema of a calendar with its days. */
export const WholeCalendar = Type.Object(whole, { $id: 'Calendar' })

/** A calendar with its days, as the API returns it. */
export type WholeCalendar = Static<typeof WholeCalendar>

/** Schema of the answer to a request that sets a calendar. */
export const SetCalendar = Type.Object(
  {
    ...whole,
    moved_tasks: Type.Integer({ description: 'how many of its tasks have another next run by this change' }),
    left_out: Type.Array(Type.String(), {
      description: 'what of ics was not taken, and why: a line for each event, 100 at most',
    }),
  },
  { $id: 'SetCalendar' },
)

/** The answer to a request that sets a calendar. */
export type SetCalendar = Static<typeof SetCalendar>

/** Schema of one page of calendars. */
export const CalendarPage = cursorPageSchema(ListedCalendar, 'CalendarPage')
