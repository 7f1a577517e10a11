import { useState } from 'preact/hooks'
import { type Channel, enableChannel, type TestResult, testChannel } from '../client/channels.ts'
import { tokenMay } from '../client/rights.ts'
import { ActButton } from '../parts/act-button.tsx'
import { StatusBadge } from '../parts/status-badge.tsx'
import { Time } from '../parts/time.tsx'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { channelKindLabel, testLabel } from './channel-labels.ts'

interface RowProps {
  readonly channel: Channel
  onChange(): void
  onDelete(): void
}

/** One channel: where it leads, whether it is on, its last result, actions. */
export function ChannelRow({ channel, onChange, onDelete }: RowProps) {
  const { name, kind, shown, enabled, disabled_reason, disabled_at } = channel
  const [doing, setDoing] = useState<'test' | 'switch'>()
  const [result, setResult] = useState<TestResult>()
  const act = async (what: 'test' | 'switch', failure: string, work: () => Promise<void>) => {
    setDoing(what)
    try {
      await work()
      onChange()
    } catch (error) {
      showErrorToast(failure, error)
    }
    setDoing(undefined)
  }
  const test = () => {
    setResult(undefined)
    return act('test', `“${name}” was not tested.`, async () => setResult(await testChannel(channel.id)))
  }
  const toggle = () =>
    act('switch', `“${name}” was not changed.`, async () => {
      await enableChannel(channel.id, !enabled)
      showToast(enabled ? `“${name}” is off: nothing is sent to it.` : `“${name}” is on again.`)
    })
  return (
    <tr>
      <td class="cell-channel">
        <span class="name">{name}</span>
        <span class="quiet line">
          {channelKindLabel[kind]} · <span class="code">{shown}</span>
        </span>
      </td>
      <td class="cell-status">
        {enabled ? (
          <StatusBadge status="active">on</StatusBadge>
        ) : (
          <>
            <StatusBadge status="disabled">off</StatusBadge>
            {disabled_at !== null && (
              <span class="quiet line">
                since <Time at={disabled_at} />
              </span>
            )}
            {disabled_reason !== null && <span class="quiet line">{disabled_reason}</span>}
          </>
        )}
      </td>
      <td class="cell-result">
        <LastResult channel={channel} />
        <p role="status" class={result && !result.ok ? 'alert-error' : undefined}>
          {doing === 'test' ? 'Waiting for the answer to a test message, 10 s at most…' : result && testLabel(result)}
        </p>
      </td>
      {tokenMay('write') && (
        <td class="cell-actions">
          <div class="actions">
            <ActButton busy={doing !== undefined} label={`Test ${name}`} onAct={test}>
              Test
            </ActButton>
            <ActButton busy={doing !== undefined} label={`Switch ${enabled ? 'off' : 'on'} ${name}`} onAct={toggle}>
              {enabled ? 'Switch off' : 'Switch on'}
            </ActButton>
            <button type="button" class="danger" aria-label={`Delete ${name}`} onClick={onDelete}>
              Delete
            </button>
          </div>
        </td>
      )}
    </tr>
  )
}

/** What came of the last message to a channel; of an earlier failure nothing is said once a later message arrived. */
function LastResult({ channel: { last_ok_at: ok, last_failed_at: failed, last_error } }: { channel: Channel }) {
  if (failed !== null && (ok === null || Date.parse(failed) >= Date.parse(ok)))
    return (
      <>
        <StatusBadge status="failed" /> <Time at={failed} />
        {last_error !== null && <span class="alert-error line">{last_error}</span>}
        {ok !== null && (
          <span class="quiet line">
            arrived last <Time at={ok} />
          </span>
        )}
      </>
    )
  if (ok === null) return <span class="quiet">Nothing was sent yet.</span>
  return (
    <>
      <StatusBadge status="success">arrived</StatusBadge> <Time at={ok} />
    </>
  )
}
