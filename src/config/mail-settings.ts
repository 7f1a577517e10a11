import { ConfigError } from '../config-error.ts'
import { isLocalhost } from '../outbound/rules.ts'
import type { Environment } from './environment.ts'

/** How mail is sent. */
export interface MailSettings {
  readonly server: {
    readonly host: string
    readonly port: number
    /** TLS from the first byte on; else the connection is upgraded by STARTTLS. */
    readonly secure: boolean
    /** Whether nothing is sent unless the connection was upgraded. */
    readonly requireTLS: boolean
    /** Whether the connection stays in clear. */
    readonly ignoreTLS: boolean
    readonly auth?: { readonly user: string; readonly pass: string }
  }
  /** The sender. The name is empty if there is none. */
  readonly from: { readonly name: string; readonly address: string }
}

const expected =
  'it must be smtp://HOST:PORT (upgraded by STARTTLS) or smtps://HOST:PORT, with USER:PASSWORD@ before the host if the server wants them; special characters of both are percent-encoded'

/**
 * Reads SMTP_URL and SMTP_FROM; undefined when neither is set. The error does not quote SMTP_URL, which has a password.
 * @throws ConfigError
 */
export function readMailSettings(env: Environment): MailSettings | undefined {
  const [url, from] = [env.text('SMTP_URL'), env.text('SMTP_FROM')]
  if (url === undefined && from === undefined) return undefined
  if (url === undefined || from === undefined)
    throw new ConfigError('SMTP_URL and SMTP_FROM belong together: set both, or neither to send no mail.')
  return { server: parseServer(url), from: parseSender(from) ?? refuseSender(env) }
}

const refuseSender = (env: Environment) =>
  env.refuse('SMTP_FROM', 'an address in ASCII, such as duly@example.com or Duly <duly@example.com>')

const address = "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+"
const sender = new RegExp(
  `^(?:(?<name>[^\\p{C}<>"]*|"[^\\p{C}<>"]*") *<(?<bracketed>${address})>|(?<plain>${address}))$`,
  'u',
)

/** Parses an address, or a name, quoted or not, and an address in angle brackets. */
function parseSender(text: string): MailSettings['from'] | undefined {
  const { name = '', bracketed, plain } = sender.exec(text)?.groups ?? {}
  const address = bracketed ?? plain
  return address === undefined ? undefined : { name: name.replaceAll('"', '').trim(), address }
}

function parseServer(text: string): MailSettings['server'] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const secure = url?.protocol === 'smtps:'
  const tls = url?.searchParams.get('tls') ?? 'on'
  const isKnown = [...(url?.searchParams.keys() ?? [])].every((name) => name === 'tls')
  if (
    !url ||
    !(secure || url.protocol === 'smtp:') ||
    url.hostname === '' ||
    !['', '/'].includes(url.pathname) ||
    !isKnown
  )
    throw new ConfigError(`SMTP_URL does not parse: ${expected}.`)
  if (tls !== 'on' && (tls !== 'off' || secure))
    throw new ConfigError('SMTP_URL does not parse: ?tls=off, for smtp:// alone, is the only value that tls may have.')
  const isClear = tls === 'off'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isClear && url.password !== '' && !isLoopback(host))
    throw new ConfigError(
      'SMTP_URL has a password and ?tls=off, so that the password would go through the network in clear: leave out the one or the other.',
    )
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isClear,
    ignoreTLS: isClear,
    ...(url.username === '' ? {} : { auth: { user: decoded(url.username), pass: decoded(url.password) } }),
  }
}

const isLoopback = (host: string) => host === '::1' || /^127(\.\d+){3}$/.test(host) || isLocalhost(host)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ConfigError(`SMTP_URL does not parse: ${expected}.`)
  }
}

/**
 * Reads ALERT_EMAIL_DOMAINS: the domains to which mail may be sent, in lower case; undefined for all.
 * @throws ConfigError
 */
export function readMailDomains(env: Environment): readonly string[] | undefined {
  const domains = env.list('ALERT_EMAIL_DOMAINS').map((domain) => domain.toLowerCase())
  const wrong = domains.find((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain))
  if (wrong !== undefined)
    return env.refuse('ALERT_EMAIL_DOMAINS', `a list of domains, and ${JSON.stringify(wrong)} is not one`)
  return domains.length === 0 ? undefined : domains
}

/**
 * Reads PUBLIC_URL, without a slash at its end: where people reach the dashboard.
 * @throws ConfigError
 */
export function readPublicUrl(env: Environment): string | undefined {
  const text = env.text('PUBLIC_URL')
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain = url && !url.username && !url.password && url.search === '' && url.hash === ''
  if (url && isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '')
  return env.refuse('PUBLIC_URL', 'an http or https URL without a query, such as https://duly.example.com')
}
