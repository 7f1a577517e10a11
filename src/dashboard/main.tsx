import './app/follow-service.ts'
import './app/language.ts'
import './app/visible-text.ts'
import { render } from 'preact'
import { App } from './app/app.tsx'
import { joinTabs } from './client/session.ts'

/** How long a page without a session waits for other tabs before it shows the sign-in, in ms. */
const patienceMs = 150

const root = document.getElementById('app')
joinTabs(patienceMs).then(() => {
  if (root) render(<App />, root)
})
