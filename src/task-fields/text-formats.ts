import { FormatRegistry } from '@sinclair/typebox'
import { describeFormat } from '../formats/format-faults.ts'
import { hostFault, isHost } from './host.ts'
import { isHeaderValue, isName, isStorable } from './limits.ts'
import { methods } from './methods.ts'
import { isTargetUrl, urlFault } from './target-url.ts'

// Registers the formats of texts that the schemas of fields name. Importing this file has that effect.

FormatRegistry.Set('name', isName)
FormatRegistry.Set('target-url', isTargetUrl)
describeFormat('target-url', urlFault)
FormatRegistry.Set('host', isHost)
describeFormat('host', hostFault)
FormatRegistry.Set('header-value', isHeaderValue)
FormatRegistry.Set('payload', (text) => isStorable(text) && Buffer.byteLength(text) <= 262_144)
// Not with toUpperCase(), which converts "POſT" to POST.
const anyMethod = new RegExp(`^(${methods.join('|')})$`, 'i')
FormatRegistry.Set('method', (text) => anyMethod.test(text))
