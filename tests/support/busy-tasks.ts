import type { Unit } from '../../src/schedule/unit.ts'
import type { Method } from '../../src/task-fields/methods.ts'

/** How a made-up task fares. */
export interface BusyTask {
  readonly name: string
  readonly method: Method
  readonly url: string
  readonly schedule: readonly [frequency: number, unit: Unit] | string
  /** Its usual duration, in ms. */
  readonly takes: number
  /** What fails of a thousand runs; the next run is well again. */
  readonly flaky?: number
  /** For how many hours it has failed without a break, and with what. */
  readonly broken?: {
    readonly hours: number
    readonly code: number | null
    readonly error: string
    readonly body: string
  }
  readonly status?: 'paused' | 'disabled'
  readonly answer?: string
}

/** @param call method, host and path: `POST billing/v2/invoices`; the company whose hosts they are does not exist */
function busy(
  name: string,
  call: string,
  schedule: BusyTask['schedule'],
  takes: number,
  more: Partial<BusyTask> = {},
): BusyTask {
  const [, method, host, path] = /^(\w+) ([^/]+)(.*)$/.exec(call) ?? []
  return { name, method: method as Method, url: `https://${host}.acme.example${path}`, schedule, takes, ...more }
}

const weekdays9 = '0 9 * * MON-FRI'
const daily9 = '0 9 * * *'

/** What a company of a few hundred people has to have done in time, with a herd at nine o'clock. No host of it exists. */
export const busyTasks: readonly BusyTask[] = [
  busy('Send the invoices of the day', 'POST billing/v2/invoices/send', weekdays9, 2_300, {
    answer: '{"sent":184,"bounced":2,"total":"48,120.55 EUR"}',
  }),
  busy('Sync contacts with the CRM', 'POST crm-bridge/contacts/sync?direction=both', [15, 'minute'], 900, {
    broken: {
      hours: 7,
      code: 401,
      error: 'the target answered 401',
      body: '{"error":"invalid_grant","error_description":"The refresh token has expired."}',
    },
  }),
  busy('Warm the product cache', 'GET shop/internal/cache/warm', [15, 'minute'], 340, { flaky: 4 }),
  busy('Charge subscriptions that renew today', 'POST billing/v2/renewals/charge', '15 6 * * *', 6_400),
  busy('Exchange rates from the ECB', 'POST rates/import/ecb', '5 16 * * MON-FRI', 780),
  busy('Morning digest for account managers', 'POST mail/digests/account-managers', weekdays9, 1_400),
  busy('Stock levels to the marketplace', 'PUT stock/export/marketplace', [10, 'minute'], 1_250, { flaky: 55 }),
  busy('Nightly backup check', 'GET backups/checks/last-night', '30 4 * * *', 4_100, {
    broken: { hours: 50, code: null, error: 'TLS: certificate expired', body: '' },
  }),
  busy('Rotate the access logs', 'POST edge/logs/rotate', '0 0 * * *', 260),
  busy('Reindex the help centre', 'POST search/indexes/help/rebuild', [6, 'hour'], 21_000),
  busy('Remind of unpaid invoices', 'POST billing/v2/reminders', weekdays9, 1_900),
  busy('Close abandoned carts', 'DELETE shop/internal/carts/abandoned', [1, 'hour'], 520),
  busy(
    'Weekly revenue report for the board, with the figures of all three subsidiaries',
    'POST reports/board/weekly?subsidiaries=berlin,lyon,porto&format=pdf',
    '0 7 * * MON',
    14_000,
  ),
  busy('Delete expired sessions', 'DELETE auth/sessions/expired', [1, 'hour'], 90),
  busy('Parcel tracking updates', 'POST parcels/tracking/refresh', [30, 'minute'], 3_300, { flaky: 20 }),
  busy('Birthday greetings', 'POST mail/campaigns/birthday', daily9, 700),
  busy('Daily standup reminder', 'POST chat/hooks/standup', weekdays9, 210),
  busy('Import bank statements', 'POST ledger/statements/import', '45 7 * * MON-FRI', 5_200),
  busy('Ping the warehouse printers', 'OPTIONS print/devices', [30, 'minute'], 45),
  busy('Health of the payment provider', 'GET payments/status', [15, 'minute'], 120, { flaky: 3 }),
  busy('Publish scheduled blog posts', 'POST www/blog/publish-due', [30, 'minute'], 160),
  busy('Fraud scores for new orders', 'POST risk/orders/score', [15, 'minute'], 2_100),
  busy('Renew TLS certificates', 'POST edge/certificates/renew', '20 3 * * *', 8_800),
  busy('Sitemap for search engines', 'POST www/sitemap/rebuild', '40 2 * * *', 3_900),
  busy('Salary export', 'POST people/payroll/export', [1, 'month'], 9_500),
  busy('Holiday balance of the team', 'POST people/leave/balances', daily9, 430),
  busy('Opening hours to the map services', 'PUT stores/maps/publish', daily9, 1_100),
  busy('Price changes to the shop', 'PUT shop/internal/prices', daily9, 2_700),
  busy('Newsletter queue', 'POST mail/newsletter/flush', daily9, 1_700),
  busy('Support tickets without an answer', 'POST desk/tickets/escalate', weekdays9, 640),
  busy('Sales figures of yesterday', 'POST reports/sales/daily', daily9, 4_600),
  busy('Thumbnails for new photos', 'POST media/thumbnails/run', [20, 'minute'], 5_800, { flaky: 6 }),
  busy('Geocode new addresses', 'POST geo/addresses/geocode', [1, 'hour'], 2_600),
  busy('Sync the staff directory', 'POST people/directory/sync', [2, 'hour'], 1_500),
  busy('Data warehouse: orders', 'POST dwh/load/orders', [1, 'hour'], 27_000),
  busy('Data warehouse: customers', 'POST dwh/load/customers', [1, 'hour'], 11_000),
  busy('Coupon expiry', 'POST shop/internal/coupons/expire', '0 0 * * *', 180),
  busy('Load test of the staging shop', 'POST staging/load-tests', [1, 'week'], 30_000, { status: 'paused' }),
  busy('Old ERP export', 'GET erp/export.aspx?kind=ALL', '0 22 * * *', 19_000, { status: 'disabled' }),
  busy('Supplier catalogue', 'GET suppliers/catalogue/pull', '10 5 * * *', 7_300, { status: 'paused' }),
  busy('Survey invitations', 'POST mail/surveys/invite', weekdays9, 950),
]
