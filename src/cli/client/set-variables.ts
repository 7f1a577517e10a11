import type { Variables } from '../../config/environment.ts'

/**
 * `$${secret.` and `${secret.`, which the service reads; `$${`, which stands for `${`; a variable; and a `${` that is none of
 * these. A value that was filled in is not read again.
 */
const tokens = /\$\$\{secret\.|\$\{secret\.|\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g

/** What the service itself reads in header values: a reference to a named secret, and the text that looks like one. */
const inHeaders = /\$\$\{secret\.|\$\{secret\.|\$\{/g

/**
 * Fills the variables of a text in. `${secret.NAME}` stays as it is, and `$${` stands for `${`. In a header `$${secret.` stays
 * too: the service reads it as the text `${secret.`.
 * @returns the text, and what is wrong with the variables in it, each as a clause that follows the name of the field
 */
export function fillIn(
  text: string,
  variables: Variables,
  isHeader: boolean,
): { readonly text: string; readonly faults: readonly string[] } {
  const faults: string[] = []
  const filled = text.replace(tokens, (token, name: string | undefined) => {
    if (token === '${secret.') return token
    if (token.startsWith('$$')) return isHeader && token.length > 3 ? token : token.slice(1)
    if (name === undefined)
      faults.push('has a ${ without the name of a variable behind it: write $${ for the text ${ itself')
    else if (variables[name] === undefined)
      faults.push(`needs the variable ${name}, which is not set: set it, or write $\${ for the text \${ itself`)
    else return variables[name]
    return token
  })
  return { text: filled, faults }
}

/** Returns a text from which `fillIn` makes this one. */
export function escapeVariables(text: string, isHeader: boolean): string {
  if (!isHeader) return text.replaceAll('${', '$$${')
  return text.replace(inHeaders, (token) => (token === '${' ? '$${' : token))
}
