import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { server as certificate } from './certificates.ts'

/** A mail as it arrived. */
export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly secure: boolean
  readonly source: string
}

const servers: SMTPServer[] = []
/** For afterEach: stops every server that is still running. */
export async function stopMailServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((one) => new Promise<void>((resolve) => one.close(() => resolve()))))
}

/** Starts an SMTP server on loopback, which wants a user and a password over TLS. Returns it and the mails that it has taken. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<{ port: number; mails: Mail[] }> {
  const mails: Mail[] = []
  const smtp = new SMTPServer({
    ...certificate,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth: ({ username, password }, session, done) =>
      username === 'duly' && password === 'p@ss' && session.secure
        ? done(null, { user: username })
        : done(new Error('Invalid username or password')),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        const source = Buffer.concat(chunks).toString()
        mails.push({ from, to: rcptTo.map(({ address }) => address), secure: session.secure, source })
        done()
      })
    },
    ...options,
  })
  smtp.on('error', () => {})
  servers.push(smtp)
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()))
  return { port: (smtp.server.address() as { port: number }).port, mails }
}
