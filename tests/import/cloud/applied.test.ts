// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a payload that looks like a reference
import { beforeEach, expect, test } from 'bun:test'
import { readSetFiles } from '../../../src/cli/client/set-file.ts'
import { checkResult } from '../../../src/import/check-result.ts'
import { importCloudScheduler } from '../../../src/import/cloud/import-cloud-scheduler.ts'
import { importEventBridge } from '../../../src/import/cloud/import-eventbridge.ts'
import { importVercel } from '../../../src/import/cloud/import-vercel.ts'
import { importCrontab } from '../../../src/import/crontab/import-crontab.ts'
import type { ImportResult } from '../../../src/import/model.ts'
import { writeTasksFile } from '../../../src/import/tasks-file.ts'
import { type Account, createAccount, send } from '../../support/app.ts'
import { emptyDatabase } from '../../support/database.ts'
import { temporaryFolder } from '../../support/process.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const eventBridge = () => {
  const arn = (kind: string, name: string) => `arn:aws:events:eu-central-1:123456789012:${kind}/${name}/1`
  const rule = (name: string, over: object) => ({
    Name: name,
    Arn: arn('rule', name),
    EventBusName: 'default',
    ...over,
  })
  const targets = (name: string) => ({
    Rule: name,
    Targets: [{ Id: '1', Arn: arn('api-destination', 'd'), Input: '{"a": "${b}"}' }],
  })
  const schedule = (name: string, expression: string) => ({
    ...{ Name: name, GroupName: 'g', Arn: `arn:aws:scheduler:e:1:schedule/g/${name}`, ScheduleExpression: expression },
    ...{ ScheduleExpressionTimezone: 'Europe/Berlin', State: 'ENABLED', Target: targets(name).Targets[0] },
  })
  const parameters = { ApiKeyAuthParameters: { ApiKeyName: 'X-Key' } }
  const documents = [
    {
      Rules: [
        rule('a', { ScheduleExpression: 'rate(5 minutes)' }),
        rule('b', { State: 'DISABLED', ScheduleExpression: 'cron(0 8 ? * 2-6 *)' }),
      ],
    },
    ...[targets('a'), targets('b'), schedule('c', 'at(2099-07-01T08:00:00)'), schedule('d', 'cron(30 2 1 * ? *)')],
    {
      ApiDestinationArn: arn('api-destination', 'd'),
      ConnectionArn: 'c',
      InvocationEndpoint: 'https://a.example.com/x',
      HttpMethod: 'POST',
    },
    { ConnectionArn: 'c', Name: 'shop', AuthorizationType: 'API_KEY', AuthParameters: parameters },
  ]
  return importEventBridge([{ text: documents.map((one) => JSON.stringify(one)).join('\n') }])
}
const cloudScheduler = () => {
  const httpTarget = { uri: 'https://a.example.com/x', body: 'e30=', headers: { 'X-A': '1' } }
  const retryConfig = {
    maxRetryDuration: '60s',
    maxDoublings: 3,
    minBackoffDuration: '5s',
    maxBackoffDuration: '3600s',
  }
  const job = {
    name: 'projects/p/locations/l/jobs/j',
    schedule: '0 3 * * 1-5',
    timeZone: 'America/New_York',
    httpTarget,
  }
  return importCloudScheduler(
    JSON.stringify([job, { ...job, name: 'k', schedule: 'every 2 hours', retryConfig, state: 'PAUSED' }]),
  )
}
const vercel = () =>
  importVercel('{"crons": [{"path": "/api/a?b=c", "schedule": "0 5 * * *"}]}', { baseUrl: 'https://a.example.com' })
const crontab = () =>
  importCrontab(
    "0 3 * * 5-7 curl -fsS --retry 3 -d 'a=\\%20' https://a.example.com/x\n@daily wget -qO- https://a.example.com/y",
  )

test.each<[string, () => ImportResult, number]>([
  ['eventbridge', eventBridge, 4],
  ['cloud-scheduler', cloudScheduler, 2],
  ['vercel', vercel, 1],
  ['crontab', crontab, 2],
])(
  'the tasks file of duly import %s is applied as it is, and the second time changes nothing',
  async (_, read, count) => {
    const result = checkResult(read())
    for (const { name } of result.secrets) await send(owner, 'PUT', `/secrets/${name}`, { value: 'x' })
    const file = `${temporaryFolder()}/tasks.yaml`
    await Bun.write(file, writeTasksFile(result, { set: 'imported', command: 'x' }))
    const { tasks } = await readSetFiles([file], undefined, {})
    const body = { tasks: Object.fromEntries([...tasks].map(([key, { fields }]) => [key, fields])) }
    const applied = await send(owner, 'POST', '/task-sets/imported/apply', body)
    expect({ status: applied.status, summary: applied.body.summary ?? applied.body }).toMatchObject({
      status: 200,
      summary: { create: count },
    })
    const again = await send(owner, 'POST', '/task-sets/imported/plan', body)
    expect(again.body.summary).toMatchObject({ create: 0, update: 0, unchanged: count })
  },
)
