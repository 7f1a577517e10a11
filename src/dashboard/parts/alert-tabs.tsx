import { channelsRoute, hrefOf, openAlertsRoute, policiesRoute } from '../client/route.ts'

const tabs = [
  [openAlertsRoute, 'Alerts'],
  [channelsRoute, 'Channels'],
  [policiesRoute, 'Policies'],
] as const

/** Links between the screens about alerts. */
export function AlertTabs({ current }: { current: (typeof tabs)[number][0]['screen'] }) {
  return (
    <nav class="tabs" aria-label="About alerts">
      {tabs.map(([to, words]) => (
        <a key={to.screen} href={hrefOf(to)} aria-current={to.screen === current ? 'page' : undefined}>
          {words}
        </a>
      ))}
    </nav>
  )
}
