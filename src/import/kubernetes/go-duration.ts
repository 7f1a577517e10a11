const units: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
}

/** Reads a duration of Go, such as `1h30m`, in whole seconds as robfig/cron rounds it; undefined if it is not one. */
export function readGoDuration(text: string): number | undefined {
  if (!/^\+?(\d+(\.\d*)?(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)/g))
    seconds += Number(amount) * (units[unit as string] as number)
  return Math.max(1, Math.floor(seconds + 1e-9))
}
