import { listCalendars } from '../client/calendars.ts'
import { listFlows } from '../client/flows.ts'
import { hrefOf, type Route } from '../client/route.ts'
import { listTlsProfiles } from '../client/tls-profiles.ts'
import { usePolling } from '../client/use-polling.ts'
import { flowLimits } from '../format/flow-labels.ts'
import { Field } from '../parts/field.tsx'
import { moreFields } from './more-form-fields.ts'
import { errorsAt, type ShownProps } from './use-form.ts'

/** Who comes back from where one was made sees it at once; else it is looked for at this interval. */
const pollSeconds = 30

/** One that a task can name. */
interface Offer {
  readonly name: string
  /** What it is like, in some words. */
  readonly words: string
}

interface NameProps extends ShownProps {
  readonly field: 'calendar' | 'flow' | 'tls_profile'
  /** What one is called within a sentence. */
  readonly noun: string
  /** The words of the choice of none. */
  readonly none: string
  /** The form of a new one. */
  readonly create: Route
  readonly warning?: string | undefined
  load(signal: AbortSignal): Promise<readonly Offer[]>
}

/** A list of what the service has of a kind, of which a task names one or none. */
function NameField({ field, noun, none, create, warning, load, draft, problem, change, isShown }: NameProps) {
  const read = async (signal: AbortSignal) => (isShown ? load(signal) : undefined)
  const { data: offers, problem: unread } = usePolling(read, `${field} ${isShown}`, isShown ? pollSeconds : undefined)
  const { label, more } = moreFields[field]
  const value = draft[field]
  const hint = (
    <>
      {more.hint}{' '}
      <a href={hrefOf(create)} target="_blank" rel="noreferrer">
        New {noun}, in another tab
      </a>
      {unread && !offers && ' What there is could not be read, so its name is typed here.'}
      {warning && (
        <>
          {' '}
          <strong>{warning}</strong>
        </>
      )}
    </>
  )
  return (
    <Field id={field} label={label} hint={hint} errors={errorsAt(problem, `/${field}`)}>
      {(attributes) =>
        unread && !offers ? (
          <input
            {...attributes}
            class="short"
            autocomplete="off"
            spellcheck={false}
            value={value}
            onInput={(event) => change({ [field]: event.currentTarget.value })}
          />
        ) : (
          <select {...attributes} value={value} onChange={(event) => change({ [field]: event.currentTarget.value })}>
            <option value="">{none}</option>
            {value !== '' && !offers?.some(({ name }) => name === value) && (
              <option value={value}>{offers ? `${value} (does not exist)` : value}</option>
            )}
            {offers?.map(({ name, words }) => (
              <option key={name} value={name}>
                {name} ({words})
              </option>
            ))}
          </select>
        )
      }
    </Field>
  )
}

/** The calendar of a task, which counts beside a cron pattern only. */
export function CalendarField(form: ShownProps) {
  const { calendar, kind } = form.draft
  return (
    <NameField
      {...form}
      field="calendar"
      noun="calendar"
      none="none"
      create={{ screen: 'new-calendar' }}
      warning={calendar !== '' && kind !== 'cron' ? 'It is not saved: the schedule is no cron pattern.' : undefined}
      load={async (signal) =>
        (await listCalendars(signal)).map(({ name, last_day }) => ({
          name,
          words: last_day === null ? 'no days listed' : `days until ${last_day}`,
        }))
      }
    />
  )
}

/** The flow of a task. Without one it is in that of its target. */
export function FlowField(form: ShownProps) {
  return (
    <NameField
      {...form}
      field="flow"
      noun="flow"
      none="that of its target, if there is one"
      create={{ screen: 'new-flow' }}
      load={async (signal) =>
        (await listFlows(signal)).map((flow) => ({
          name: flow.name,
          words: `${flowLimits(flow)}${flow.paused ? ', paused' : ''}`,
        }))
      }
    />
  )
}

/** The TLS profile of a task. */
export function TlsProfileField(form: ShownProps) {
  return (
    <NameField
      {...form}
      field="tls_profile"
      noun="TLS profile"
      none="none"
      create={{ screen: 'new-tls-profile' }}
      load={async (signal) =>
        (await listTlsProfiles(signal)).map(({ name, certificate_subject, ca_expires_at }) => ({
          name,
          words:
            [certificate_subject && 'client certificate', ca_expires_at && 'own authority']
              .filter(Boolean)
              .join(', ') || 'empty',
        }))
      }
    />
  )
}
