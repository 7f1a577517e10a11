import type { OutboundPolicy } from '../outbound/policy.ts'
import type { Sign } from '../scheduler/call/request-headers.ts'
import { keyOfSecret, signatureHeaders } from '../signing/sign.ts'
import type { Links } from './links.ts'
import type { Message } from './message.ts'
import { post } from './post.ts'
import type { Sent } from './sent.ts'

/** What a webhook channel receives, as JSON. */
export const webhookBody = ({ type, created_at, service, kind, target, body }: Message, links: Links) => ({
  type: type === 'test' ? 'test' : `alert.${type}`,
  timestamp: created_at,
  data: { service, kind, target, ...body, url: links.alerts(service.id) ?? null },
})

/** Sends a message to a webhook, signed by Standard Webhooks with each of its secrets. */
export function sendWebhook(
  policy: OutboundPolicy,
  { url, secrets }: { readonly url: string; readonly secrets: readonly string[] },
  message: Message,
  links: Links,
): Promise<Sent> {
  const keys = secrets.map(keyOfSecret).filter((key) => key !== undefined)
  const timestamp = Math.floor(Date.parse(message.attempted_at) / 1000)
  const sign: Sign = (_, body) => signatureHeaders({ id: message.id, timestamp, body }, keys)
  return post(policy, url, webhookBody(message, links), keys.length > 0 ? sign : undefined)
}
