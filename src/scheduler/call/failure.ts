const hungUp = 'the target closed the connection without an answer'
const handshake = 'TLS: the handshake failed: the target speaks no TLS, or only a version or cipher that is not safe'
const noHttp = 'the target did not answer with HTTP'

/** Bun's error codes (as of Bun 1.4.5), and what each means to the person who runs the target. */
const sentences = new Map(
  Object.entries({
    ConnectionRefused: 'connection refused',
    ECONNREFUSED: 'connection refused',
    ConnectionClosed: hungUp,
    ECONNRESET: hungUp,
    EPIPE: hungUp,
    DNS_ENOTFOUND: 'DNS: no such host',
    DNS_ENODATA: 'DNS: no such host',
    DNS_EBADNAME: 'DNS: no such host',
    DNS_ETIMEOUT: 'DNS: no answer from the name server',
    DNS_EAI_AGAIN: 'DNS: no answer from the name server',
    DNS_ECONNREFUSED: 'DNS: no answer from the name server',
    DNS_ESERVFAIL: 'DNS: the name server cannot tell: it or one that it asks has failed',
    DNS_EREFUSED: 'DNS: the name server refuses to tell',
    EHOSTUNREACH: 'no route to the host',
    ENETUNREACH: 'no route to the network',
    ENETDOWN: 'the network of this machine is down',
    EACCES: 'this machine does not let the call out: a route or a firewall forbids it',
    EPERM: 'this machine does not let the call out: a route or a firewall forbids it',
    EAFNOSUPPORT: 'this machine has no IPv6 address from which it could call',
    ETIMEDOUT: 'connection timed out',
    FailedToOpenSocket: 'could not connect',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS: the certificate cannot be verified',
    CERT_HAS_EXPIRED: 'TLS: certificate expired',
    CERT_NOT_YET_VALID: 'TLS: certificate not valid yet',
    ERR_TLS_CERT_ALTNAME_INVALID: 'TLS: the certificate is for another name',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS: self-signed certificate',
    SELF_SIGNED_CERT_IN_CHAIN: 'TLS: self-signed certificate in the chain',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS: certificate of an unknown authority',
    EPROTO: `${handshake}, or requires a client certificate, which a TLS profile of the task can have`,
    ZlibError: 'the answer is not what its Content-Encoding says',
    // Bun has one code for these cases and reports no status with it.
    Malformed_HTTP_Response: `${noHttp}, or with more than 256 header fields or a folded header line, which cannot be read`,
    InvalidHTTPResponse: noHttp,
    InvalidContentLength: `${noHttp}: its Content-Length is no number`,
    UnrequestedUpgrade: 'the target answered 101, a change of protocol that was not asked for',
    ResponseHeadersTooLarge: 'the headers of the answer are too large',
  }),
)

/**
 * The error of a call that got no complete answer, as a short sentence that a person can act on. It never throws.
 * @param error whatever was thrown; it need not be an Error
 * @param begun whether the answer had begun
 * @param hasCertificate whether the call presented a client certificate
 */
export function describeFailure(error: unknown, begun = false, hasCertificate = false): string {
  const code = textOf(error, 'code')
  const message = textOf(error, 'message')
  const known = sentences.get(code)
  if (begun && known === hungUp) return 'the target closed the connection in the middle of its answer'
  if (begun && code === 'InvalidHTTPResponse')
    return 'the target broke HTTP in the middle of its answer: its chunks cannot be read'
  // The targets that refuse a client certificate close the connection, most of them without saying why.
  if (hasCertificate && !begun && known === hungUp) return `${hungUp}; it may not accept the client certificate`
  if (hasCertificate && code === 'EPROTO') return `${handshake}, or does not accept the client certificate`
  if (known) return known
  if (textOf(error, 'name') === 'TimeoutError') return 'the connection was silent for too long'
  if (code.startsWith('DNS_')) return `DNS: ${code.slice(4)}`
  if (/certificate|tls|ssl/i.test(`${code} ${message}`)) return `TLS: ${code || message}`.slice(0, 200)
  return code ? `the call failed: ${code}`.slice(0, 200) : 'the call failed'
}

/** A field of something thrown; empty where it is not a text (the code of a DOMException is a number) or cannot be read. */
function textOf(error: unknown, field: 'code' | 'message' | 'name'): string {
  try {
    const value = (error as { [name: string]: unknown } | null | undefined)?.[field]
    return typeof value === 'string' ? value : ''
  } catch {
    return ''
  }
}
