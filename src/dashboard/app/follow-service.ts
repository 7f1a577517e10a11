import { effect } from '@preact/signals'
import { currentRoute, replaceRoute } from '../client/navigation.ts'
import { linkedService } from '../client/service-link.ts'
import { othersThan, session, switchTo } from '../client/session.ts'

// A link that names a service the reader is signed in to shows that one. From then on the address names none, as usual.
effect(() => {
  const id = linkedService.value
  const now = session.value
  if (id === '' || now.kind !== 'in') return
  const other = othersThan(now.serviceId).find(({ serviceId }) => serviceId === id)
  if (now.serviceId !== id && !other) return
  replaceRoute(currentRoute.peek())
  if (now.serviceId !== id && other) switchTo(other)
})
