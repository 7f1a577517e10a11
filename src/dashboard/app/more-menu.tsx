import { hrefOf, type Route } from '../client/route.ts'
import { Menu } from '../parts/menu.tsx'
import { moreNavigation, screens } from './screens.tsx'

/** The links of the navigation that few readers need each day, behind one button, so that the header is short on a phone. */
export function MoreMenu({ current }: { current: Route['screen'] }) {
  const isHere = moreNavigation.some(({ screen }) => current === screen || current.includes(screen.replace(/s$/, '')))
  return (
    <span class={isHere ? 'here' : undefined}>
      <Menu label="More" more="screens">
        {moreNavigation.map((to) => (
          <a key={to.screen} href={hrefOf(to)} aria-current={current === to.screen ? 'page' : undefined}>
            {screens[to.screen].title}
          </a>
        ))}
        <a href="swagger">API</a>
      </Menu>
    </span>
  )
}
