/** The values of sslmode. */
export const tlsModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
export type TlsMode = (typeof tlsModes)[number]

export interface Tls {
  readonly mode: TlsMode
  /** A file of authorities; undefined are those that Bun brings, and NODE_EXTRA_CA_CERTS. */
  readonly rootCertificate: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
  readonly passphrase: string | undefined
  /** TLS from the first byte, without asking the server first. */
  readonly direct: boolean
}

/** A server: a TCP host, or the directory of a Unix socket, which begins with a slash. */
export interface Host {
  readonly name: string
  readonly port: number
  /** The IP address to connect to, so that `name` need not be resolved. */
  readonly address?: string
}

/** Where the database is and how to connect to it: what DATABASE_URL says, with the PG… variables behind it. */
export interface Address {
  readonly hosts: readonly [Host, ...Host[]]
  readonly user: string
  readonly password: string
  readonly database: string
  readonly tls: Tls
  /** Whether each connection begins with another host. */
  readonly balanced: boolean
  readonly connectTimeoutSeconds: number
  /** Added to the names that connections have in pg_stat_activity. */
  readonly name: string | undefined
  /** Sent to the server when a connection starts. */
  readonly settings: Readonly<Record<string, string>>
}

/** An address that cannot be used. Its message continues the name of the variable, and repeats no value that may be secret. */
export class AddressError extends Error {}

/** Parameters by libpq's names. */
export type Parameters = Readonly<Record<string, string | undefined>>
