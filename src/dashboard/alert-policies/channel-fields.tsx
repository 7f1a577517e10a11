import type { Channel } from '../client/channels.ts'
import { channelsRoute, hrefOf } from '../client/route.ts'
import { FieldErrors } from '../parts/field.tsx'

interface ChannelProps {
  readonly channels: readonly Channel[]
  /** Ids; null for all channels. */
  readonly chosen: readonly string[] | null
  readonly errors: readonly string[]
  onChange(chosen: readonly string[] | null): void
}

/** Inputs for the channels that are told: all of the service, or some. */
export function ChannelFields({ channels, chosen, errors, onChange }: ChannelProps) {
  const set = (id: string, on: boolean) => {
    const rest = (chosen ?? []).filter((one) => one !== id)
    onChange(on ? [...rest, id] : rest)
  }
  return (
    <fieldset class="field" aria-describedby={errors.length > 0 ? 'channels-error' : undefined}>
      <legend>Channels that are told</legend>
      <div class="choices">
        <label class="choice">
          <input type="radio" name="channels" checked={chosen === null} onChange={() => onChange(null)} />
          All, also later ones
        </label>
        <label class="choice">
          <input type="radio" name="channels" checked={chosen !== null} onChange={() => onChange([])} />
          Only some
        </label>
      </div>
      {chosen !== null && channels.length > 0 && (
        <div class="choices">
          {channels.map(({ id, name }) => (
            <label key={id} class="check">
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                onChange={(event) => set(id, event.currentTarget.checked)}
              />
              {name}
            </label>
          ))}
        </div>
      )}
      {channels.length === 0 && (
        <p class="hint">
          There is no channel yet, so nobody is told. <a href={hrefOf(channelsRoute)}>Channels</a>
        </p>
      )}
      <FieldErrors id="channels-error" errors={errors} />
    </fieldset>
  )
}
