import { type OpenedChannel, openChannel } from '../channels/opened-channel.ts'
import type { MailSettings } from '../config/mail-settings.ts'
import { excerpt } from '../formats/excerpt.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { SealedError, type Secrets } from '../secrets/secrets.ts'
import type { ClaimedNotification } from './claim.ts'
import { sendEmail } from './email.ts'
import type { Links } from './links.ts'
import { type Message, messageOf } from './message.ts'
import type { Sent } from './sent.ts'
import { sendSlack } from './slack.ts'
import { sendWebhook } from './webhook.ts'

/** What messages are sent with. */
export interface Senders {
  /** Which addresses webhooks may have. */
  readonly policy: OutboundPolicy
  /** Opens what is sealed of a channel. */
  readonly secrets: Secrets
  /** Undefined: this server sends no mail. */
  readonly mail: MailSettings | undefined
  readonly links: Links
}

/** Sends a notification to its channel, within 10 s. It never throws. */
export async function sendNotification(senders: Senders, notification: ClaimedNotification): Promise<Sent> {
  const { service_id, channel_id: id, channel_name: name, channel_kind: kind, sealed, addresses } = notification
  try {
    const channel = openChannel(senders.secrets, { service_id, id, name, kind, sealed, addresses })
    return await sendMessage(senders, channel, messageOf(notification))
  } catch (error) {
    return notSent(error instanceof SealedError ? error.message : 'it failed inside Duly')
  }
}

const notSent = (error: string): Sent => ({ ok: false, status_code: null, error, retry_after_ms: null, duration_ms: 0 })

/** Sends a message to a channel, within 10 s. It never throws. */
export async function sendMessage(senders: Senders, channel: OpenedChannel, message: Message): Promise<Sent> {
  try {
    return await sendByKind(senders, channel, message)
  } catch (error) {
    return notSent(`it failed inside Duly (${excerpt(error instanceof Error ? error.name : 'an error')})`)
  }
}

function sendByKind({ policy, mail, links }: Senders, channel: OpenedChannel, message: Message): Promise<Sent> {
  const { url = '', secrets = [], addresses = [] } = channel
  switch (channel.kind) {
    case 'webhook':
      return sendWebhook(policy, { url, secrets }, message, links)
    case 'slack':
      return sendSlack(policy, url, message, links)
    case 'email':
      return mail === undefined
        ? Promise.resolve(notSent('this server sends no mail: it must be given SMTP_URL and SMTP_FROM'))
        : sendEmail(mail, addresses, message, links)
  }
}
