import { FormatRegistry, Type } from '@sinclair/typebox'
import { isStorable, isWithin } from './limits.ts'

/** The host of a URL may have other letters than those of ASCII. A part of an IPv6 address would match others that begin with it. */
const hostPattern = '^(\\[[^\\s\\x00/?#@\\[\\]]+\\]|[^\\s\\x00/?#@:\\[\\]]+)(:[0-9]+)?$'
const host = new RegExp(hostPattern)
FormatRegistry.Set('called-host', (text) => host.test(text) && isWithin(text, 260) && isStorable(text))

/** Schema of the query parameter `host`. */
export const hostParameter = Type.String({
  format: 'called-host',
  documented: { maxLength: 260, pattern: hostPattern },
  description:
    'a host that the task calls now, as host for any port, or as host:port for one that is not the usual port; an IPv6 address in brackets',
})
