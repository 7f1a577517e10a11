import { type Static, Type } from '@sinclair/typebox'
import { AlertKind } from '../alerts/model.ts'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { CatchUp } from '../overview/model.ts'

/** Schema of the state of a notification. */
export const NotificationState = oneOf('NotificationState', ['waiting', 'sent', 'given_up'] as const)

const fields = {
  id: { ...Id, description: 'the webhook-id, the Message-ID of a mail: the same for each attempt' },
  channel_id: Id,
  channel_name: Type.String({ description: 'the name of the channel' }),
  type: oneOf('NotificationType', ['opened', 'changed', 'closed', 'reminder'] as const),
  kind: AlertKind,
  target: Type.String({ description: 'host and port of the target of the tasks; empty for an outage or a channel' }),
  state: NotificationState,
  created_at: Time,
  due_at: nullable(Time, 'when it is sent next; null when it was sent or given up'),
  attempt: Type.Integer({ description: 'how often it was sent' }),
  sent_at: nullable(Time, 'when the channel took it'),
  given_up_at: nullable(Time, 'since when no further attempt is made'),
  status_code: nullable(Type.Integer(), 'of the last answer: of HTTP, or of SMTP; null without one'),
  error: nullable(Type.String(), 'why the last attempt failed; of a mail that was sent, which addresses refused it'),
}

/** Schema of a notification in a list, without what it says. */
export const Notification = Type.Object(fields, { $id: 'Notification' })

const NotifiedAlert = Type.Object(
  {
    id: Id,
    kind: AlertKind,
    task_id: nullable(Id, 'null for an outage or a channel'),
    task_name: nullable(Type.String(), 'the name of the task when the alert opened'),
    since: Time,
    until: nullable(Time, 'of an outage: when it ended'),
    opened_at: Time,
    closed_at: nullable(Time, 'null while it is open'),
    closed_because: nullable(Type.String(), 'why it closed'),
    failures: nullable(Type.Integer(), 'of failing: settled slots that have failed'),
    tasks: nullable(Type.Integer(), 'of an outage: how many tasks were due'),
    catch_up: Type.Optional(
      nullable(
        CatchUp,
        'only of an outage: its late slots when the notification was made; null when none was late any more',
      ),
    ),
    error: nullable(Type.String(), 'the first 500 characters'),
    execution_id: nullable(Id, 'the execution that failed last, or runs long'),
  },
  { $id: 'NotifiedAlert' },
)

const NotifiedAlerts = Type.Object(
  {
    count: Type.Integer({ description: 'how many there are' }),
    alerts: Type.Array(NotifiedAlert, { description: 'the first 20 of them' }),
  },
  { $id: 'NotifiedAlerts' },
)

/** Schema of what a notification says: alerts as they were when it was made. */
export const NotificationBody = Type.Object(
  { opened: NotifiedAlerts, closed: NotifiedAlerts, open: NotifiedAlerts },
  { $id: 'NotificationBody', description: 'the alerts that opened, that closed, and all that are open' },
)

/** What a notification says. */
export type NotificationBody = Static<typeof NotificationBody>

/** Schema of one notification. */
export const WholeNotification = Type.Object({ ...fields, body: NotificationBody }, { $id: 'WholeNotification' })

/** One notification, as the API returns it. */
export type WholeNotification = Static<typeof WholeNotification>

/** Schema of one page of notifications. */
export const NotificationPage = cursorPageSchema(Notification, 'NotificationPage')
