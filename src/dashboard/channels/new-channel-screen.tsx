import { useState } from 'preact/hooks'
import { type ChannelKind, channelKinds, createChannel } from '../client/channels.ts'
import { navigate } from '../client/navigation.ts'
import { channelsRoute, hrefOf } from '../client/route.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { Field } from '../parts/field.tsx'
import { SaveForm } from '../parts/save-form.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { TextField } from '../parts/text-field.tsx'
import { showToast } from '../parts/toast.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { channelKindLabel } from './channel-labels.ts'

const paths = ['/name', '/kind', '/url', '/addresses']

const hints: Readonly<Record<ChannelKind, string>> = {
  webhook: 'Duly sends JSON by POST, signed with a secret that is shown when the channel has been created.',
  slack:
    'Incoming webhook of Slack, Mattermost, or another that takes the same messages. The URL is a secret: it is kept encrypted.',
  email: 'The operator of Duly has to set a mail server for this.',
}

/** Splits a text at commas, semicolons and spaces. */
const addressesOf = (text: string) => text.split(/[\s,;]+/).filter((address) => address !== '')

/** The screen that creates a channel. A webhook's secret is shown in place of the form, once. */
export function NewChannelScreen() {
  const [created, setCreated] = useState<{ name: string; secret: string }>()
  return (
    <>
      <p class="trail">
        <a href={hrefOf(channelsRoute)}>Channels</a>
      </p>
      {created ? (
        <ShownOnce title={`Created “${created.name}”`} label="Secret" value={created.secret} next={channelsRoute}>
          The receiver verifies with it that a request comes from Duly, by Standard Webhooks.
        </ShownOnce>
      ) : (
        <>
          <h1>New channel</h1>
          <Form onSecret={(name, secret) => setCreated({ name, secret })} />
        </>
      )}
    </>
  )
}

function Form({ onSecret }: { onSecret(name: string, secret: string): void }) {
  const [kind, setKind] = useState<ChannelKind>('webhook')
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [addresses, setAddresses] = useState('')
  const saving = useSave({ kind, name, url, addresses })
  const { problem } = saving
  useUnsaved(`${name}${url}${addresses}` !== '')
  const create = async () => {
    const to = kind === 'email' ? { addresses: addressesOf(addresses) } : { url: url.trim() }
    const { secret } = await createChannel({ name, kind, ...to })
    if (secret !== undefined) return onSecret(name, secret)
    showToast(`Created “${name}”. Test it, to see that a message arrives.`)
    navigate(channelsRoute)
  }
  return (
    <SaveForm saving={saving} paths={paths} verb="Create channel" cancel={channelsRoute} onSave={create}>
      <fieldset>
        <legend>Where to</legend>
        <fieldset class="field" aria-describedby="kind-hint">
          <legend>Kind</legend>
          <div class="choices">
            {channelKinds.map((one) => (
              <label key={one} class="choice">
                <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
                {channelKindLabel[one]}
              </label>
            ))}
          </div>
          <p class="hint" id="kind-hint">
            {hints[kind]}
          </p>
        </fieldset>
        <Field
          id="channel-name"
          label="Name"
          hint="As alert policies and messages name it, such as “on call”. 100 characters at most."
          errors={fieldErrors(problem, '/name', 'Name')}
        >
          {(attributes) => (
            <input
              {...attributes}
              required
              autocomplete="off"
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        {kind === 'email' ? (
          <TextField
            id="channel-addresses"
            label="Addresses"
            hint="One or several, separated by commas."
            errors={fieldErrors(problem, '/addresses', 'Addresses')}
            required
            placeholder="ops@example.com"
            value={addresses}
            onChange={setAddresses}
          />
        ) : (
          <Field id="channel-url" label="URL" errors={fieldErrors(problem, '/url', 'URL')}>
            {(attributes) => (
              <input
                {...attributes}
                class="code"
                required
                inputMode="url"
                autocomplete="off"
                spellcheck={false}
                placeholder={kind === 'slack' ? 'https://hooks.slack.com/services/…' : 'https://example.com/alerts'}
                value={url}
                onInput={(event) => setUrl(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
      </fieldset>
    </SaveForm>
  )
}
