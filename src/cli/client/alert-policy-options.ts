import { type Command, Option } from 'commander'
import { UsageError } from '../command-error.ts'
import type { Connection } from '../connection.ts'
import { readDuration } from '../duration.ts'
import { channelIdOf } from './channel-id.ts'
import { readMute } from './mute-time.ts'

/** An alert policy as the API returns it. */
export interface Policy {
  readonly task_id: string | null
  readonly task_name: string | null
  readonly label: string | null
  readonly failures: number | null
  readonly window_failures: number | null
  readonly window_seconds: number | null
  readonly late_seconds: number | null
  readonly long_seconds: number | null
  readonly remind_hours: number | null
  readonly recovered: boolean
  readonly channels: readonly string[] | null
  readonly muted_until: string | null
  readonly created_at: string | null
  readonly updated_at: string | null
}

/** The options of `addPolicyOptions`. */
export interface PolicyOptions {
  readonly failures?: string
  readonly window?: string
  readonly late?: string
  readonly long?: string
  readonly remind?: string
  readonly recovered?: string
  readonly channel?: readonly string[]
  readonly allChannels?: boolean
  readonly noneTold?: boolean
  readonly mute?: string
  readonly muteUntil?: string
  readonly unmute?: boolean
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** Adds the options that say what a policy does. */
export const addPolicyOptions = (command: Command): Command =>
  command
    .option('--failures <count>', 'settled slots in a row that fail before an alert opens, or never')
    .option('--window <count/duration>', 'or so many failed slots within this time, such as 3/1h; never for no window')
    .option('--late <duration>', 'how late a start has an alert, such as 10m or 90s, or never')
    .option('--long <duration>', 'how long a run has an alert, such as 30m or 45s, or never')
    .option('--remind <duration>', 'how often channels are reminded of what is still open, in hours or days, or never')
    .addOption(new Option('--recovered <choice>', 'whether it is told that an alert closed').choices(['true', 'false']))
    .option('--channel <channel>', 'tell this channel: its name or its id; may be given several times', collect)
    .addOption(new Option('--all-channels', 'tell all channels').conflicts(['channel', 'noneTold']))
    .addOption(new Option('--none-told', 'tell no channel: alerts are only listed').conflicts('channel'))
    .option('--mute <duration>', 'send nothing for so long, such as 2h')
    .option('--mute-until <time>', 'send nothing until an RFC 3339 time')
    .option('--unmute', 'end the mute')

const isNever = (text: string) => text === 'never'

/** Reads a duration. @returns seconds; null for never */
function readSeconds(option: string, text: string): number | null {
  return isNever(text) ? null : readDuration(option, text) / 1_000
}

function readCount(option: string, text: string): number | null {
  if (isNever(text)) return null
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new UsageError(`${option} must be a whole number, or never.`)
}

function readWindow(text: string): Pick<Policy, 'window_failures' | 'window_seconds'> {
  if (isNever(text)) return { window_failures: null, window_seconds: null }
  const [count = '', duration, ...more] = text.split('/')
  if (duration === undefined || more.length > 0 || !/^\d{1,4}$/.test(count))
    throw new UsageError('--window must be a number of failures and a time, such as 3/1h, or never.')
  return { window_failures: Number(count), window_seconds: readSeconds('--window', duration) }
}

function readHours(text: string): number | null {
  const seconds = readSeconds('--remind', text)
  if (seconds === null) return null
  if (seconds % 3_600 !== 0) throw new UsageError('--remind must be in hours or days, such as 24h, or never.')
  return seconds / 3_600
}

/**
 * Returns the fields that the options set. Names of channels are looked up.
 * @throws UsageError for an option that cannot be read, CommandError for an unknown channel
 */
export async function readPolicyOptions(connection: Connection, options: PolicyOptions): Promise<Partial<Policy>> {
  const { failures, window, late, long, remind, recovered, channel, allChannels, noneTold } = options
  const { mute, muteUntil, unmute } = options
  const muted = readMute({ duration: ['--mute', mute], time: muteUntil, end: ['--unmute', unmute] })
  const ids: string[] = []
  const fields: Partial<Policy> = {
    ...(failures === undefined ? {} : { failures: readCount('--failures', failures) }),
    ...(window === undefined ? {} : readWindow(window)),
    ...(late === undefined ? {} : { late_seconds: readSeconds('--late', late) }),
    ...(long === undefined ? {} : { long_seconds: readSeconds('--long', long) }),
    ...(remind === undefined ? {} : { remind_hours: readHours(remind) }),
    ...(recovered === undefined ? {} : { recovered: recovered === 'true' }),
    ...(allChannels ? { channels: null } : {}),
    ...(noneTold ? { channels: [] } : {}),
    ...(muted === undefined ? {} : { muted_until: muted }),
  }
  for (const name of channel ?? []) ids.push(await channelIdOf(connection, name))
  return channel === undefined ? fields : { ...fields, channels: ids }
}
