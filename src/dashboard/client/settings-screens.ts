import { isUuid } from '../../formats/uuid.ts'
import { textIf } from './params.ts'

/** The screens of what is set for the service. See route.ts. */
export const settingsScreens = {
  'service-settings': { path: 'service', params: {} },
  'new-token': {
    path: 'service/tokens/new',
    /** `from` is the id of the token in whose place it comes, or ''. */
    params: { from: textIf(isUuid) },
  },
  'new-signing-key': { path: 'service/signing-keys/new', params: {} },
} as const
