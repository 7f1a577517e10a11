import { domainOf } from '../channels/addresses.ts'
import type { MailSettings } from '../config/mail-settings.ts'
import { excerpt } from '../formats/excerpt.ts'
import type { Links } from './links.ts'
import { mailFailure } from './mail-failure.ts'
import type { Message } from './message.ts'
import { withinMs } from './post.ts'
import type { Sent } from './sent.ts'
import { inWords } from './words.ts'

/** A mail, without its addresses. */
interface Mail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Writes a message as a mail. */
export function toMail(message: Message, links: Links): Mail {
  const { title, sections } = inWords(message)
  const text = sections.flatMap(({ heading, lines, more }) => [
    heading,
    '',
    ...lines.flatMap(({ text, taskId }) => {
      const link = taskId === null ? undefined : links.task(taskId, message.service.id)
      return [`- ${text}`, ...(link === undefined ? [] : [`  ${link}`])]
    }),
    ...(more > 0 ? [`- and ${more} more`] : []),
    '',
  ])
  const html = sections.map(({ heading, lines, more }) => {
    const items = lines.map(({ text, taskId }) => {
      const link = taskId === null ? undefined : links.task(taskId, message.service.id)
      return `<li>${link === undefined ? escaped(text) : `<a href="${escaped(link)}">${escaped(text)}</a>`}</li>`
    })
    const rest = more > 0 ? `<li>and ${more} more</li>` : ''
    return `<p>${escaped(heading)}</p>${items.length > 0 ? `<ul>${items.join('')}${rest}</ul>` : ''}`
  })
  const all = links.alerts(message.service.id)
  const footer = `Notification ${message.id} of Duly.`
  return {
    subject: title,
    text: [...text, ...(all === undefined ? [] : [`All alerts: ${all}`]), footer, ''].join('\n'),
    html: `<!doctype html><html><body>${html.join('')}${
      all === undefined ? '' : `<p><a href="${escaped(all)}">All alerts</a></p>`
    }<p><small>${footer}</small></p></body></html>`,
  }
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/**
 * Sends a message by SMTP, within 10 s. It is taken when the server takes it for one address at least; the error then names
 * those that it refused.
 * The server is the operator's, so the outbound policy does not apply to it.
 */
export async function sendEmail(
  settings: MailSettings,
  addresses: readonly string[],
  message: Message,
  links: Links,
): Promise<Sent> {
  const began = performance.now()
  const ended = (sent: Pick<Sent, 'ok' | 'status_code' | 'error'>): Sent => ({
    ...sent,
    retry_after_ms: null,
    duration_ms: Math.round(performance.now() - began),
  })
  // Loaded when the first mail is sent: most services send none.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    ...settings.server,
    connectionTimeout: withinMs,
    greetingTimeout: withinMs,
    socketTimeout: withinMs,
    dnsTimeout: withinMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const mail = {
    ...toMail(message, links),
    from: settings.from,
    to: [...addresses],
    messageId: `<${message.id}@${domainOf(settings.from.address)}>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  }
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no answer within 10 s')), withinMs)
  try {
    const { rejected, response } = await Promise.race([transport.sendMail(mail), late])
    const status_code = codeOf(response)
    const refused = rejected.map((address: string | { address: string }) =>
      typeof address === 'string' ? address : address.address,
    )
    // Those that were accepted would have the mail twice.
    const error = refused.length === 0 ? null : `the mail server refused ${excerpt(refused.join(', '))}`
    return ended({ ok: true, status_code, error })
  } catch (error) {
    return ended({ ok: false, ...mailFailure(error, passwordsOf(settings)) })
  } finally {
    clearTimeout(timer)
    transport.close()
  }
}

/** The password of the mail server, alone and as AUTH PLAIN sends it. */
const passwordsOf = ({ server: { auth } }: MailSettings): string[] =>
  auth === undefined ? [] : [auth.pass, `\0${auth.user}\0${auth.pass}`]

/** The code with which an answer of SMTP begins. */
function codeOf(response: string | undefined): number | null {
  const code = /^\d{3}/.exec(response ?? '')?.[0]
  return code === undefined ? null : Number(code)
}
