import type { ClaimedNotification } from './claim.ts'
import type { NotificationBody, WholeNotification } from './model.ts'

/** What a channel is told, whatever its kind. */
export interface Message {
  /** The same for each attempt to send it. */
  readonly id: string
  readonly type: WholeNotification['type'] | 'test'
  /** Of the alerts. */
  readonly kind: string
  /** Host and port of the tasks' target; empty for an outage or a channel. */
  readonly target: string
  readonly service: { readonly id: string; readonly name: string }
  /** RFC 3339. */
  readonly created_at: string
  /** When this attempt began, by the database's clock: a receiver refuses a signature of another time. RFC 3339. */
  readonly attempted_at: string
  readonly body: NotificationBody
}

/** An alert as a message tells of it. */
export type ToldAlert = NotificationBody['open']['alerts'][number]

/** The message of a notification. */
export const messageOf = (notification: ClaimedNotification): Message => ({
  id: notification.id,
  type: notification.type,
  kind: notification.kind,
  target: notification.target,
  service: { id: notification.service_id, name: notification.service_name },
  created_at: notification.created_at,
  attempted_at: notification.claimed_at,
  body: notification.body,
})

const none = { count: 0, alerts: [] }

/** A message that only tries a channel out. */
export const testMessage = (about: Pick<Message, 'id' | 'service' | 'created_at'>): Message => ({
  ...about,
  attempted_at: about.created_at,
  type: 'test',
  kind: 'test',
  target: '',
  body: { opened: none, closed: none, open: none },
})
