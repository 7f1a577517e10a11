/** What is learned of a request on its way, for its line in the log. */
export interface Note {
  readonly id: string
  serviceId?: string
  cause?: unknown
}

const notes = new WeakMap<Request, Note>()

/** Notes whose request it is, once its credentials were checked. */
export function noteService(request: Request, serviceId: string): void {
  const note = notes.get(request)
  if (note) note.serviceId = serviceId
}

/** The id of a request, as its answer carries it; undefined for one that did not come through the door. */
export function requestIdOf(request: Request): string | undefined {
  return notes.get(request)?.id
}

/** Notes what went wrong inside; it goes to the log and never to the caller. */
export function noteCause(request: Request, cause: unknown): void {
  const note = notes.get(request)
  if (note) note.cause = cause
}

/** At most 128 visible characters: what else a caller calls an id is not repeated, and not written to the log. */
const wellFormed = /^[\x21-\x7e]{1,128}$/

function idOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given !== null && wellFormed.test(given) ? given : crypto.randomUUID()
}

/** Opens the note of a request that has come in. */
export function openNote(request: Request): Note {
  const note: Note = { id: idOf(request) }
  notes.set(request, note)
  return note
}
