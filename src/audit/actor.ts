import { userInfo } from 'node:os'

/** Who makes a change, as the audit keeps it. */
export interface Actor {
  readonly actor: 'token' | 'command_line' | 'server'
  /** Which token, by the first 8 hex digits of its hash; or which user of this machine. */
  readonly principal: string | null
  readonly address: string | null
  readonly user_agent: string | null
  readonly request_id: string | null
}

const nobody = { principal: null, address: null, user_agent: null, request_id: null }

/** The server itself, as it starts. */
export const server: Actor = { ...nobody, actor: 'server' }

/** Whoever runs a command on this machine. */
export function commandLine(): Actor {
  return { ...nobody, actor: 'command_line', principal: userName() }
}

/** The name by which the audit tells tokens apart: it says nothing of the token. */
export function nameOfToken(hash: Buffer): string {
  return hash.toString('hex', 0, 4)
}

function userName(): string | null {
  try {
    return userInfo().username
  } catch {
    // A container may run as a number that has no name.
    return String(process.getuid?.() ?? '') || null
  }
}
