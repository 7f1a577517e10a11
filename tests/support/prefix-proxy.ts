/**
 * A proxy as nginx is with its defaults, before a service below a path: it strips the path, and drops header names with
 * an underscore. Everything outside of the path is a 404.
 * @param prefix such as `/duly`
 */
export function startPrefixProxy(target: string, prefix: string) {
  const strays: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      if (!pathname.startsWith(`${prefix}/`)) {
        strays.push(pathname)
        return new Response('not below the path', { status: 404 })
      }
      const headers = new Headers(request.headers)
      for (const name of [...headers.keys()].filter((one) => one.includes('_'))) headers.delete(name)
      const answer = await fetch(target + pathname.slice(prefix.length) + search, {
        method: request.method,
        headers,
        body: request.body,
        redirect: 'manual',
        decompress: false,
      })
      return new Response(answer.body, answer)
    },
  })
  return {
    /** Where the service is, as a reader sees it. */
    base: `${server.url.origin}${prefix}`,
    /** Paths outside of the prefix that somebody asked for. */
    strays,
    stop: () => server.stop(true),
  }
}
