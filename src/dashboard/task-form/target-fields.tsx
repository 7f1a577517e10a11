import { type Method, methods, sendsBody } from '../../task-fields/methods.ts'
import { Field } from '../parts/field.tsx'
import { HeaderFields } from './header-fields.tsx'
import { PayloadJson } from './payload-json.tsx'
import { errorsAt, type FieldsProps } from './use-form.ts'

/** Inputs for the call: name, method, URL, headers, payload. */
export function TargetFields(part: FieldsProps) {
  const { draft, problem, change } = part
  return (
    <fieldset>
      <legend>What to call</legend>
      <div class="column">
        <Field id="name" label="Name" hint="Up to 200 characters; for people." errors={errorsAt(problem, '/name')}>
          {(attributes) => (
            <input
              {...attributes}
              required
              autocomplete="off"
              value={draft.name}
              onInput={(event) => change({ name: event.currentTarget.value })}
            />
          )}
        </Field>
        <div class="side-by-side">
          <Field id="method" label="Method" errors={errorsAt(problem, '/method')} class="narrow">
            {(attributes) => (
              <select
                {...attributes}
                value={draft.method}
                onChange={(event) => change({ method: event.currentTarget.value as Method })}
              >
                {methods.map((method) => (
                  <option key={method}>{method}</option>
                ))}
              </select>
            )}
          </Field>
          <Field id="url" label="URL" hint="http or https, up to 4,096 characters." errors={errorsAt(problem, '/url')}>
            {(attributes) => (
              <input
                {...attributes}
                required
                class="code"
                inputMode="url"
                autocomplete="off"
                spellcheck={false}
                placeholder="https://"
                value={draft.url}
                onInput={(event) => change({ url: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
        <HeaderFields {...part} />
      </div>
      <div class="column">
        <Field id="payload" label="Payload" hint={payloadHint(draft.method)} errors={errorsAt(problem, '/payload')}>
          {(attributes) => (
            <textarea
              {...attributes}
              class="code"
              rows={4}
              spellcheck={false}
              value={draft.payload}
              onInput={(event) => change({ payload: event.currentTarget.value })}
            />
          )}
        </Field>
        <PayloadJson payload={draft.payload} change={(payload) => change({ payload })} />
      </div>
    </fieldset>
  )
}

function payloadHint(method: Method) {
  return !sendsBody(method) ? (
    <strong>
      With {method} a payload is kept, but not sent: a {method} carries no body.
    </strong>
  ) : (
    <>
      Sent as it stands, up to 256 KiB; give its Content-Type as a header. (With GET and HEAD a payload is kept, but not
      sent.)
    </>
  )
}
