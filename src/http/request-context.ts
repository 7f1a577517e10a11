/** What the access log records of a request besides its method, route and status. */
interface RequestContext {
  /** The X-Request-Id of the response. */
  readonly id: string
  serviceId?: string
  /** The error behind a 5xx. */
  cause?: unknown
}

const contexts = new WeakMap<Request, RequestContext>()

/** Creates the context of an incoming request. Its id is the request's X-Request-Id if that is well-formed, else a new UUID. */
export function createContext(request: Request): RequestContext {
  const context: RequestContext = { id: idOf(request) }
  contexts.set(request, context)
  return context
}

/** Sets the service that a request was authenticated as. */
export function setService(request: Request, serviceId: string): void {
  const context = contexts.get(request)
  if (context) context.serviceId = serviceId
}

/** Sets the internal error that a request failed with. It is logged and never sent to the caller. */
export function setCause(request: Request, cause: unknown): void {
  const context = contexts.get(request)
  if (context) context.cause = cause
}

/** Returns the id of a request; undefined when the request has no context. */
export function requestIdOf(request: Request): string | undefined {
  return contexts.get(request)?.id
}

/** 1 to 128 visible ASCII characters. Anything else is neither echoed nor logged. */
const wellFormedId = /^[\x21-\x7e]{1,128}$/

function idOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given !== null && wellFormedId.test(given) ? given : crypto.randomUUID()
}
