import { UsageError } from '../command-error.ts'

/** Throws UsageError for what cannot be the name of a service, or of the token of an operator. */
export function requireName(name: string): void {
  if ([...name].length > 200 || name.trim() === '' || /\p{Cc}/u.test(name))
    throw new UsageError('The name must have 1 to 200 characters, not all of them spaces, and no control characters.')
}
