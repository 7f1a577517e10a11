import { version } from '../../package.json'
import { instructions, securitySchemes } from './auth-schemes.ts'
import { errorResponses } from './operation.ts'

const description = `Calls HTTP endpoints when they are due, and records what happened.

Send ${instructions}, with every request. A token has scopes, and each operation names
the one that it needs in \`x-scope\`; without it the answer is a 403. The scope \`operator\` is for the tokens of those who run
Duly, which read every service.

Every error is a JSON object with a \`message\` for people, a \`code\` for programs, and \`errors\` that name each invalid field.
With \`Accept: application/problem+json\` it has the form of RFC 9457 instead. An address that does not exist is a 404, and a
method that an address does not take is a 405 with \`Allow\`, with or without credentials. With \`Known-Sections\` a JSON body comes
without what the client has of it already, as \`application/vnd.duly.sections+json\` (docs/lists.md). Every response has an
\`X-Request-Id\`: that of the request if it has 1 to 128 visible characters, otherwise a new one. The log has it too.`

/** The tags of all operations, in the order in which the document shows them. */
const tags = [
  { name: 'tasks', description: 'What is called, when, and what was set for it.' },
  { name: 'schedule', description: 'When a task runs next, and when it would run with another schedule.' },
  { name: 'executions', description: 'Running a task now, and the record of each attempt to call its target.' },
  { name: 'overview', description: 'The state of all tasks in one response.' },
  {
    name: 'service',
    description:
      'The service of the token, how fast it makes up for late slots, and for how long its executions are kept.',
  },
  { name: 'tokens', description: 'Further tokens of the service, each with a name, scopes and an expiry.' },
  { name: 'secrets', description: 'Values that request headers of tasks refer to. They can be set, not read.' },
  { name: 'alerts', description: 'What is wrong or was, and when the service is told of it.' },
  { name: 'channels', description: 'Where the service is told of alerts, and what it was told.' },
  { name: 'audit', description: 'Who changed what, and when.' },
  { name: 'health', description: 'Probes and metrics, without credentials.' },
]

/** What the OpenAPI document says about the API as a whole. */
export const apiDescription = {
  info: {
    title: 'Duly',
    version,
    description,
    contact: { name: 'The Duly authors' },
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'The server of this document.' }],
  tags,
  components: { securitySchemes, responses: errorResponses },
}
