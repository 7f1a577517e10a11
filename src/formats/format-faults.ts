/** For each format with several possible errors, the function that finds the error in a text. */
const faults = new Map<string, (text: string) => string | undefined>()

/**
 * Registers the error messages of a string format. Call it where the format is registered.
 * @param fault returns the predicate of a sentence whose subject is the field, or undefined for a valid text
 */
export function describeFormat(format: string, fault: (text: string) => string | undefined): void {
  faults.set(format, fault)
}

/** What is wrong with a text of a format, as such a predicate; undefined for a format without messages of its own. */
export const formatFault = (format: string, text: string): string | undefined => faults.get(format)?.(text)
