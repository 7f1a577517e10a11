import { useState } from 'preact/hooks'
import { type Channel, listChannels } from '../client/channels.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { AlertTabs } from '../parts/alert-tabs.tsx'
import { Empty } from '../parts/empty.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { ChannelDelete } from './channel-delete.tsx'
import { ChannelRow } from './row.tsx'

const pollSeconds = 5
const newChannel = hrefOf({ screen: 'new-channel' })

/** The channels of the service: where each leads, whether it is on, and its last result. */
export function ChannelsScreen() {
  const mayWrite = tokenMay('write')
  const { data, problem, busy, reload } = usePolling(listChannels, 'channels', pollSeconds)
  const [toDelete, setToDelete] = useState<Channel>()
  return (
    <>
      <div class="title">
        <h1>Channels</h1>
        {mayWrite && (
          <a class="button main" href={newChannel}>
            New channel
          </a>
        )}
      </div>
      <AlertTabs current="channels" />
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && data.length === 0 && (
        <Empty>
          No channel yet. A channel is where Duly tells you that a task fails, does not start or runs long: a webhook, a
          Slack channel, or e-mail.{' '}
          {mayWrite && (
            <>
              <a href={newChannel}>Create the first one</a>, and test it.
            </>
          )}
        </Empty>
      )}
      {data && data.length > 0 && (
        <Table channels={data} busy={busy} onChange={reload} onDelete={(channel) => setToDelete(channel)} />
      )}
      {toDelete && (
        <ChannelDelete
          channel={toDelete}
          onDeleted={() => {
            setToDelete(undefined)
            reload()
          }}
          onCancel={() => setToDelete(undefined)}
        />
      )}
    </>
  )
}

interface TableProps {
  readonly channels: readonly Channel[]
  readonly busy: boolean
  onChange(): void
  onDelete(channel: Channel): void
}

function Table({ channels, busy, onChange, onDelete }: TableProps) {
  return (
    <RowsTable
      class="channels"
      label="Channels"
      busy={busy}
      heads={['Channel', 'State', 'Last result']}
      hasActions={tokenMay('write')}
    >
      {channels.map((channel) => (
        <ChannelRow key={channel.id} channel={channel} onChange={onChange} onDelete={() => onDelete(channel)} />
      ))}
    </RowsTable>
  )
}
