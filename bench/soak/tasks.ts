/** The addresses of the soak's targets; see target.ts. */
export interface Addresses {
  readonly good: string
  readonly slow: string
  readonly hung: string
  readonly broken: string
}

/** The body of a request to create a task. */
export type NewTask = Readonly<Record<string, unknown>>

interface Kind {
  /** Number of tasks of this kind among 1,000. The name of a kind whose calls must all succeed starts with `ok`. */
  readonly share: number
  readonly name: string
  /** The fields that differ from those of a GET every minute. */
  readonly of: (addresses: Addresses, n: number) => NewTask
}

const everyMinute = { frequency: 1, unit: 'minute' }
const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe']
const patterns = ['* * * * *', '*/2 * * * *', '0-59 * * * MON-SUN', '1,3,5,7,9,11,13,20-58/2 */1 * * *']
const words = 'A payload says what is to be done, and to whom. '
const payload = (bytes: number) => words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes)

/** Mostly small, immediate answers, and a small constant share of everything that can go wrong with a target. */
const kinds: readonly Kind[] = [
  { share: 480, name: 'ok small', of: ({ good }, n) => ({ url: `${good}/ok?bytes=${(n * 37) % 2_000}` }) },
  { share: 60, name: 'ok medium', of: ({ good }, n) => ({ url: `${good}/ok?bytes=${(n * 997) % 60_000}` }) },
  { share: 15, name: 'ok large', of: ({ good }) => ({ url: `${good}/ok?bytes=200000` }) },
  { share: 10, name: 'ok stream', of: ({ good }, n) => ({ url: `${good}/stream?bytes=${(n * 997) % 200_000}` }) },
  { share: 10, name: 'ok gzip', of: ({ good }) => ({ url: `${good}/gzip` }) },
  { share: 30, name: 'ok empty', of: ({ good }) => ({ url: `${good}/empty`, method: 'DELETE' }) },
  {
    share: 100,
    name: 'ok payload',
    of: ({ good }, n) => ({
      url: `${good}/echo`,
      method: n % 2 === 0 ? 'POST' : 'PUT',
      header: { 'Content-Type': 'text/plain', Authorization: 'Bearer of-nothing', 'X-Kind': 'soak' },
      payload: payload((n * 131) % 4_000),
    }),
  },
  // The target returns the request's headers, including the secret.
  {
    share: 20,
    name: 'ok headers',
    of: ({ good }) => ({ url: `${good}/headers`, method: 'POST', header: { 'X-Api-Key': 'the-secret-of-the-soak' } }),
  },
  {
    share: 5,
    name: 'ok large payload',
    of: ({ good }) => ({ url: `${good}/echo`, method: 'POST', payload: payload(100_000) }),
  },
  {
    share: 40,
    name: 'ok cron',
    of: ({ good }, n) => ({
      url: `${good}/ok?bytes=100`,
      cron: patterns[n % patterns.length],
      time_zone: zones[n % zones.length],
    }),
  },
  { share: 50, name: 'ok redirect', of: ({ good }, n) => ({ url: `${good}/redirect?hops=${1 + (n % 4)}` }) },
  {
    share: 20,
    name: 'ok elsewhere',
    of: ({ good }) => ({ url: `${good}/elsewhere`, method: 'POST', payload: 'on and on', header: { Cookie: 'a=b' } }),
  },
  { share: 20, name: 'ok slow', of: ({ slow }, n) => ({ url: `${slow}/?ms=${500 + (n % 3_000)}` }) },
  { share: 10, name: 'ok name', of: ({ good }) => ({ url: `${good.replace('127.0.0.1', 'localhost')}/ok?bytes=10` }) },
  { share: 40, name: 'flaky', of: ({ good }) => ({ url: `${good}/flaky`, retries: 2 }) },
  { share: 20, name: 'failing', of: ({ good }) => ({ url: `${good}/fail`, retries: 3 }) },
  { share: 10, name: 'busy', of: ({ good }) => ({ url: `${good}/busy`, retries: 1 }) },
  { share: 10, name: 'round', of: ({ good }) => ({ url: `${good}/round` }) },
  { share: 5, name: 'forbidden', of: ({ good }) => ({ url: `${good}/forbidden` }) },
  { share: 5, name: 'hung', of: ({ hung }) => ({ url: `${hung}/`, timeout_seconds: 10 }) },
  // Longer than a minute, so that slots are skipped.
  { share: 2, name: 'long', of: ({ hung }) => ({ url: `${hung}/`, timeout_seconds: 90 }) },
  { share: 4, name: 'drip', of: ({ hung }) => ({ url: `${hung}/drip`, timeout_seconds: 5 }) },
  { share: 10, name: 'refused', of: () => ({ url: 'http://127.0.0.1:9/' }) },
  { share: 10, name: 'no name', of: (_, n) => ({ url: `http://host-${n % 50}.invalid/` }) },
  {
    share: 14,
    name: 'broken',
    of: ({ broken }, n) => ({ url: `${broken}/${['half', 'garbage', 'nothing'][n % 3]}`, method: 'POST' }),
  },
]
const all = kinds.reduce((sum, { share }) => sum + share, 0)

/** Returns the kind of task `n`. Any thousand consecutive tasks contain each kind as often as its share says. */
function kindOf(n: number): Kind {
  // A step that has no common divisor with the total visits every position once.
  let position = (n * 617) % all
  for (const kind of kinds) {
    if (position < kind.share) return kind
    position -= kind.share
  }
  throw new Error('The shares do not add up.')
}

/** Returns task `n` of `count`. All are due every minute, spread evenly over it. */
export function taskAt(n: number, count: number, addresses: Addresses, now: number): NewTask {
  const { name, of } = kindOf(n)
  const own = of(addresses, n)
  const schedule =
    'cron' in own ? {} : { ...everyMinute, scheduled_at: new Date(now + 5_000 + (n / count) * 60_000).toISOString() }
  return { name: `${name} ${n}`, method: 'GET', ...schedule, ...own }
}
