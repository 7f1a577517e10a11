import { useState } from 'preact/hooks'
import { type Channel, listChannels } from '../client/channels.ts'
import { tokenMay } from '../client/rights.ts'
import { hrefOf } from '../client/route.ts'
import { usePolling } from '../client/use-polling.ts'
import { AlertTabs } from '../parts/alert-tabs.tsx'
import { ListScreen } from '../parts/list-screen.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { ChannelDelete } from './channel-delete.tsx'
import { ChannelRow } from './row.tsx'

const pollSeconds = 5
const newChannel = hrefOf({ screen: 'new-channel' })

/** The channels of the service: where each leads, whether it is on, and its last result. */
export function ChannelsScreen() {
  const mayWrite = tokenMay('write')
  const list = usePolling(listChannels, 'channels', pollSeconds)
  const [toDelete, setToDelete] = useState<Channel>()
  return (
    <>
      <ListScreen
        title="Channels"
        create={{ href: newChannel, words: 'New channel' }}
        tabs={<AlertTabs current="channels" />}
        list={list}
        empty={
          <>
            No channel yet. A channel is where Duly tells you that a task fails, does not start or runs long: a webhook,
            a Slack channel, or e-mail.{' '}
            {mayWrite && (
              <>
                <a href={newChannel}>Create the first one</a>, and test it.
              </>
            )}
          </>
        }
      >
        {(channels) => (
          <RowsTable
            class="channels"
            label="Channels"
            busy={list.busy}
            heads={['Channel', 'State', 'Last result']}
            hasActions={mayWrite}
          >
            {channels.map((channel) => (
              <ChannelRow
                key={channel.id}
                channel={channel}
                onChange={list.reload}
                onDelete={() => setToDelete(channel)}
              />
            ))}
          </RowsTable>
        )}
      </ListScreen>
      {toDelete && (
        <ChannelDelete
          channel={toDelete}
          onDeleted={() => {
            setToDelete(undefined)
            list.reload()
          }}
          onCancel={() => setToDelete(undefined)}
        />
      )}
    </>
  )
}
