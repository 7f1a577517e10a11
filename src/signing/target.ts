/**
 * Returns a host with an optional port as a key's target: in lower case, without the port that http or https has anyway.
 * `hostOf` returns the same for the URLs of that target.
 */
export function toTarget(host: string): string {
  return new URL(`http://${host}/`).host.replace(/:443$/, '')
}

/** Returns the target of a URL, for comparison with that of a key. */
export const hostOf = (url: string): string => new URL(url).host
