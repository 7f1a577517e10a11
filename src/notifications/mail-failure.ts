import { excerpt } from '../formats/excerpt.ts'
import { redact } from '../secrets/redact.ts'

/** What nodemailer throws. */
interface MailError {
  /** `ETIMEDOUT` and others of nodemailer, or of the system. */
  readonly code?: string
  /** The code of an answer of SMTP. */
  readonly responseCode?: number
  /** What the server said. */
  readonly response?: string
  readonly message?: string
}

/** Why a mail was not taken. */
interface MailFailure {
  /** Of the answer of SMTP; null without one. */
  readonly status_code: number | null
  /** For people. It does not contain the name of the mail server, which belongs to the operator. */
  readonly error: string
}

/** Reasons, each with what shows it in the message of the error. The first one that fits is told. */
const reasons: readonly (readonly [shows: RegExp, reason: string])[] = [
  [/no answer within|timeout|timed out|never received/i, 'the mail server did not answer within 10 s'],
  [/ECONNREFUSED/, 'the mail server refused the connection'],
  [/ENOTFOUND|EAI_AGAIN|EDNS|no such host/i, 'the name of the mail server cannot be looked up'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to the mail server'],
  [/altnames|ALTNAME/, 'the certificate of the mail server is for another name'],
  [/expired/i, 'the certificate of the mail server has expired'],
  [/certificate|CERT_|self.signed/i, 'the certificate of the mail server cannot be verified'],
  [/WRONG_VERSION_NUMBER|ssl|tls/i, 'the mail server does not speak TLS as SMTP_URL expects it'],
  [
    /ECONNRESET|EPIPE|closed|socket|ECONNECTION|disconnected/i,
    'the mail server closed the connection before it took the mail',
  ],
]

/**
 * Describes why a mail was not taken.
 * @param thrown by nodemailer
 * @param hidden what is masked in the answer: some servers repeat the command that they refuse, and one has the password
 */
export function mailFailure(thrown: unknown, hidden: readonly string[] = []): MailFailure {
  const { code = '', responseCode = null, response, message = '' } = thrown as MailError
  if (responseCode !== null)
    return {
      status_code: responseCode,
      error: refusal(code, excerpt(redact(response ?? String(responseCode), hidden))),
    }
  const said = `${code} ${message}`
  const reason = reasons.find(([shows]) => shows.test(said))?.[1]
  return { status_code: null, error: reason ?? `the mail could not be sent (${excerpt(code) || 'unknown reason'})` }
}

function refusal(code: string, said: string): string {
  if (code === 'ETLS') return `the mail server offers no STARTTLS, without which nothing is sent: ${said}`
  return code === 'EAUTH'
    ? `the mail server refused the user and password of SMTP_URL: ${said}`
    : `the mail server answered ${said}`
}
