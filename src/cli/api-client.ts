import { ApiErrorResponse, readErrorBody, UnreachableError } from './api-error.ts'
import { CommandError } from './command-error.ts'
import type { Connection } from './connection.ts'
import { elementsOf } from './json-array.ts'
import { writeError } from './output.ts'
import { printable } from './printable.ts'

/** Default time to wait for the next part of a response, in ms. */
const defaultTimeoutMs = 30_000
/**
 * How many chunks are read ahead for a reader that pauses, and how often. Together they are about a megabyte, because less
 * may only drain the socket buffers of both machines. The interval is below the 30 s after which the service closes an idle
 * connection.
 */
const [aheadChunks, aheadEveryMs] = [16, 5_000]

/** The optional parts of a request. */
interface ApiRequest {
  /** JSON, sent unchanged. */
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  /** Rewrites a warning of the service before it is printed. */
  readonly rewriteWarning?: (text: string) => string
  /** Time to wait for the next part of the response, in ms. Default: 30 s. */
  readonly timeoutMs?: number
}

/**
 * Sends a request to the service's API. Only this file of the command line uses `fetch`.
 * @returns the parsed JSON of the response; undefined for a response without a body (204)
 * @throws ApiErrorResponse, UnreachableError, and CommandError for a response that is not from Duly
 */
export async function callApi<T>(
  connection: Connection,
  method: string,
  path: string,
  request: ApiRequest = {},
): Promise<T> {
  return (await exchangeWithApi<T>(connection, method, path, request)).body
}

/** Does what `callApi` does, and also returns the status and the headers of the response. */
export async function exchangeWithApi<T>(
  connection: Connection,
  method: string,
  path: string,
  request: ApiRequest = {},
): Promise<{ readonly body: T; readonly status: number; readonly headers: Headers }> {
  const exchange = new Exchange(connection, request.timeoutMs)
  const response = await exchange.send(method, path, request)
  const text = await exchange.wait(response.text())
  const body = response.status === 204 ? undefined : exchange.parse(response, text)
  return { body: body as T, status: response.status, headers: response.headers }
}

/**
 * Returns all tasks that match a query, in one streamed response. Unlike with numbered pages, no task is missing or
 * repeated when tasks change meanwhile.
 * @throws what `callApi` throws, and CommandError when the response breaks off
 */
export async function* listTasks(connection: Connection, query: URLSearchParams): AsyncGenerator<unknown> {
  const exchange = new Exchange(connection)
  const response = await exchange.send('GET', `/tasks${query.size > 0 ? `?${query}` : ''}`, {})
  if (!isJson(response)) throw exchange.unexpected(response)
  try {
    yield* elementsOf(exchange.read(response))
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError(`The response of ${connection.base} broke off: try again.`)
    throw error
  } finally {
    exchange.end()
  }
}

/** HTTP Basic, because many ingresses drop header names with an underscore, such as service_id. */
const authorizationOf = ({ id, token }: Connection['credentials']) =>
  id === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`

const isJson = (response: Response) => response.headers.get('content-type')?.includes('json') ?? false

/** One request and its response. The timeout applies to each step, not to the whole. */
class Exchange {
  readonly #controller = new AbortController()
  readonly #connection: Connection
  readonly #timeoutMs: number

  constructor(connection: Connection, timeoutMs = defaultTimeoutMs) {
    this.#connection = connection
    this.#timeoutMs = timeoutMs
  }

  /** Sends the request. Returns a response with status 2xx, whose body is not read yet; throws for any other status. */
  async send(method: string, path: string, { body, headers, rewriteWarning }: ApiRequest): Promise<Response> {
    const { base, credentials } = this.#connection
    const response = await this.wait(
      fetch(`${base}${path}`, {
        method,
        headers: {
          ...headers,
          authorization: authorizationOf(credentials),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        // Credentials are sent to the given address only.
        redirect: 'manual',
        signal: this.#controller.signal,
      }),
    )
    const warning = response.headers.get('duly-warning')
    if (warning !== null) writeError(`warning: ${printable(rewriteWarning?.(warning) ?? warning)}`)
    if (response.ok) return response
    throw this.#errorOf(response, await this.wait(response.text()))
  }

  /**
   * Returns the body as text, chunk by chunk. While the consumer pauses, as when a person reads in `less`, a little is read
   * ahead every 5 s, because the service closes an idle connection.
   */
  async *read(response: Response): AsyncGenerator<string> {
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const decoder = new TextDecoder()
    const ahead: ReturnType<typeof reader.read>[] = []
    const timer = setInterval(() => {
      for (let more = 0; more < aheadChunks; more++) {
        const chunk = this.wait(reader.read())
        // An error is thrown when the chunk is consumed.
        chunk.catch(() => {})
        ahead.push(chunk)
      }
    }, aheadEveryMs)
    try {
      for (;;) {
        const { done, value } = await (ahead.shift() ?? this.wait(reader.read()))
        if (done) return
        yield decoder.decode(value, { stream: true })
      }
    } finally {
      clearInterval(timer)
    }
  }

  /** Waits for one step, at most for the timeout. */
  async wait<T>(step: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.end(), this.#timeoutMs)
    try {
      return await step
    } catch (error) {
      throw this.#failure(error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Closes the connection. Pending steps fail. */
  end(): void {
    this.#controller.abort()
  }

  /** Parses the body of a response as JSON. */
  parse(response: Response, text: string): unknown {
    try {
      return JSON.parse(text)
    } catch {
      throw this.unexpected(response)
    }
  }

  /** The error for a response that is not from Duly. */
  unexpected({ status }: Response): CommandError {
    return new CommandError(
      `${this.#connection.base} answered ${status} with something that is not Duly's: check the address (--service-url or DULY_URL).`,
    )
  }

  #failure(error: unknown): UnreachableError {
    const { base } = this.#connection
    const { code, message } = reasonOf(error)
    if (this.#controller.signal.aborted)
      return new UnreachableError(
        `${base} did not answer within ${this.#timeoutMs / 1_000} s: try again, or look at its log.`,
      )
    if (code === 'ECONNREFUSED' || code === 'ConnectionRefused')
      return new UnreachableError(
        `Nothing listens at ${base} (connection refused): start the service (bun start), or say where it runs with --service-url or DULY_URL.`,
      )
    return new UnreachableError(
      `${base} cannot be reached (${printable(String(code ?? message))}): check the address (--service-url or DULY_URL) and the network.`,
    )
  }

  #errorOf(response: Response, text: string): CommandError {
    const { status, headers } = response
    const { base, credentials, source } = this.#connection
    if (status >= 300 && status < 400) {
      const to = printable(headers.get('location') ?? 'elsewhere')
      return new CommandError(`${base} redirects to ${to}: give the final address (--service-url or DULY_URL).`)
    }
    const body = readErrorBody(text)
    if (body === undefined) return this.unexpected(response)
    if (status === 401)
      return new ApiErrorResponse(
        status,
        `${base} does not take these credentials: ${credentials.id === undefined ? 'the' : `service id ${credentials.id}, with the`} token from ${source}. Check ${credentials.id === undefined ? 'it' : 'both'}, and the address.`,
        body,
      )
    const seconds = headers.get('retry-after')
    return new ApiErrorResponse(
      status,
      `${body.message}${seconds ? ` Try again in ${printable(seconds)} s.` : ''}`,
      body,
    )
  }
}

/** Returns what says why a request failed: the error in Bun, its cause in Node. */
function reasonOf(error: unknown): { readonly code?: string | number; readonly message: string } {
  const { cause } = error as { cause?: unknown }
  return cause instanceof Error ? cause : (error as Error)
}
