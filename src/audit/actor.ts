import { userInfo } from 'node:os'
import type { Actor } from '../http/caller.ts'

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
