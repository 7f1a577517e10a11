import { served } from '../client/address.ts'
import { tokenMay } from '../client/rights.ts'

/** The overview of a service without tasks: how to create the first one. */
export function FirstTask({ serviceId }: { serviceId: string }) {
  return (
    <section class="first-task" aria-labelledby="first-title">
      <h2 id="first-title">No tasks yet</h2>
      <p>
        A task is a URL that Duly calls when it is due. Once there is one, this page shows what failed, what ran and
        what comes.
      </p>
      {tokenMay('write') ? (
        <>
          <p>
            <a class="button main" href="#/tasks/new">
              New task
            </a>
          </p>
          <p>Or from a shell, with the token you signed in with in place of TOKEN:</p>
        </>
      ) : (
        <p>It takes a token that may write. From a shell, with that in place of TOKEN:</p>
      )}
      <pre class="text">{`curl -u ${serviceId}:TOKEN ${served}/tasks \\
  -H 'Content-Type: application/json' \\
  -d '{"name": "My first task", "url": "https://example.com", "method": "GET", "frequency": 1, "unit": "hour"}'`}</pre>
    </section>
  )
}
