/** The values of sslmode. */
export const tlsModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

/** A value of sslmode. */
export type TlsMode = (typeof tlsModes)[number]

/** The TLS parameters of a connection; files are given by their paths. */
export interface Tls {
  readonly mode: TlsMode
  /** The file of trusted authorities. Default: those built into Bun, and NODE_EXTRA_CA_CERTS. */
  readonly rootCertificate: string | undefined
  /** The file of the client certificate. */
  readonly certificate: string | undefined
  /** The file of the client certificate's key. */
  readonly key: string | undefined
  /** The passphrase of `key`. */
  readonly passphrase: string | undefined
  /** True to start TLS without an SSLRequest (sslnegotiation=direct). */
  readonly direct: boolean
}

/** A server: a TCP host, or the directory of a Unix socket, which begins with a slash. */
export interface Host {
  readonly name: string
  readonly port: number
  /** The IP address to connect to (hostaddr); `name` is then not resolved. */
  readonly address?: string
}

/** A parsed connection URL, completed by the variables of libpq. */
export interface Address {
  readonly hosts: readonly [Host, ...Host[]]
  readonly user: string
  readonly password: string
  readonly database: string
  readonly tls: Tls
  /** True to try the hosts in random order (load_balance_hosts=random). */
  readonly balanced: boolean
  /** The timeout for one host. */
  readonly connectTimeoutSeconds: number
  /** application_name, which is appended to the one that Duly sets. */
  readonly name: string | undefined
  /** Parameters that are sent to the server at the start of a session: `options` and `search_path`. */
  readonly settings: Readonly<Record<string, string>>
}

/** The connection URL cannot be used. The message follows the name of the variable and contains no secret. */
export class AddressError extends Error {}

/** Connection parameters by their names in libpq. */
export type Parameters = Readonly<Record<string, string | undefined>>
