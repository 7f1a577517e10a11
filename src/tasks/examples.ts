import { fieldEntries } from '../task-fields/fields.ts'

// Examples of bodies in the OpenAPI document. A test checks that they match their schemas.

/** The body of a create. */
export const exampleCreate = {
  name: 'Send invoices',
  url: 'https://billing.example.com/invoices/send',
  method: 'POST',
  header: { 'Content-Type': 'application/json' },
  payload: '{"month":"previous"}',
  cron: '30 2 * * MON-FRI',
  time_zone: 'Europe/Berlin',
  timeout_seconds: 30,
  retries: 3,
}

/** What the create answers: all other fields have their defaults. */
export const exampleTask = {
  id: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10',
  service_id: '0198b0b3-9a40-7e21-8c11-0f2d6b7a4c55',
  ...Object.fromEntries(fieldEntries.map(([name, field]) => [name, field.default])),
  ...exampleCreate,
  scheduled_at: '2026-11-25T01:30:00Z',
  starts_at: '2026-11-25T01:30:00Z',
  runs_left: null,
  created_at: '2026-11-24T12:00:00Z',
  updated_at: '2026-11-24T12:00:00Z',
}
