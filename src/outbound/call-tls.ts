/** How a call connects over TLS, where that differs from the default. */
export interface CallTls {
  /** Differs for any two of these that differ: connections are not shared between them. */
  readonly id: string
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly ca?: string
  /** The client certificate with its chain, and its key, in PEM. */
  readonly cert?: string
  readonly key?: string
}

/** The TLS options of a connection. */
export interface TlsOptions extends Omit<CallTls, 'id'> {
  /** The name that the certificate must be for, where it is not in the URL that is fetched. */
  readonly serverName?: string
}

/** Returns the TLS options of a connection; undefined for the default. */
export function tlsOptions(serverName: string | undefined, tls: CallTls | undefined): TlsOptions | undefined {
  if (tls === undefined) return serverName === undefined ? undefined : { serverName }
  const { id: _, ...options } = tls
  return serverName === undefined ? options : { ...options, serverName }
}
