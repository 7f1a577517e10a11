import { listen } from '../../src/serve/listen.ts'

/** Asks two handlers that throw, each in its own way, and prints what they answered; a process of its own, for its stderr. */
const answers: object[] = []
for (const fail of [() => Promise.reject(new Error('an inner secret')), () => JSON.parse('an inner secret')]) {
  const [server] = listen(['127.0.0.1'], 0, fail)
  const response = await fetch(`http://127.0.0.1:${server?.port}/`)
  const header = (name: string) => response.headers.get(name)
  answers.push({
    status: response.status,
    text: await response.text(),
    headers: [header('cache-control'), header('x-content-type-options')],
  })
  server?.stop(true)
}
console.log(JSON.stringify(answers))
