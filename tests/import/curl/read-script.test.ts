import { expect, test } from 'bun:test'
import { readCommandLine, readScript } from '../../../src/import/curl/read-command.ts'
import type { ReadCommand } from '../../../src/import/model.ts'
import type { Environment, Reference, Value } from '../../../src/import/text.ts'

const secret = (name: string): Reference => ({ kind: 'secret', name, from: `key of ${name}` })
const token = secret('SHOP_TOKEN')
const [user, password] = [secret('SHOP_USER'), secret('SHOP_PASSWORD')]
const base: Reference = { kind: 'variable', name: 'BASE_URL', from: 'ConfigMap' }
const environment: Environment = new Map<string, Value>([
  ['TOKEN', [token]],
  ['NAME', [user]],
  ['PASSWORD', [password]],
  ['BASE', [base]],
  ['HOST', ['shop.example']],
  ['BLANKS', ['a b']],
  ['LATE', { unknown: 'LATE is known only to the running pod' }],
])
const read = (script: string, stdin?: string) =>
  readScript(script, environment, stdin === undefined ? undefined : [stdin])
const only = (script: string) => {
  const { requests, reasons } = read(script)
  expect([script, reasons.map(({ text }) => text)]).toEqual([script, []])
  expect([script, requests.length]).toEqual([script, 1])
  return requests[0] as ReadCommand['requests'][number]
}
const status = (...entries: unknown[]) => ({ status: entries })

test('words are read as a shell reads them', () => {
  for (const [script, url, header] of [
    [`curl -fL 'http://a/$HOST'`, 'http://a/$HOST', {}],
    [`curl -fL "http://$HOST/a?x=1&y=2" # comment`, 'http://shop.example/a?x=1&y=2', {}],
    [`curl -fL http://$HOST/\${MISSING:-x}`, 'http://shop.example/x', {}],
    [`A=http://a; B=$A/b; curl -fL "$B"`, 'http://a/b', {}],
    ['export U=http://a/b\ncurl \\\n  -fL \\\n  $U', 'http://a/b', {}],
    [
      `curl -fL http://a/ -H "X: it's" -H 'Y: "q"' -H Z:\\ \\"z\\"`,
      'http://a/',
      { X: ["it's"], Y: ['"q"'], Z: ['"z"'] },
    ],
    [`curl -fL http://a/ -H "X: a\\b\\$c\\\`"`, 'http://a/', { X: ['a\\b$c`'] }],
    [`curl -fL http://a/ -H $'X: it\\'s'`, 'http://a/', { X: ["it's"] }],
    [`curl -fL http://a/cron.php?key=b`, 'http://a/cron.php?key=b', {}],
    [`curl -fL http://a/ -H "X: $(echo b)"`, 'http://a/', { X: ['b'] }],
    ['curl -fL http://a/ -H "X: `printf %s b`"', 'http://a/', { X: ['b'] }],
    [`sh -ec 'curl -fL "$1"' sh http://a/`, 'http://a/', {}],
    [`curl -fL "$BASE/x"`, [base, '/x'], {}],
    [`curl -fL http://a/ -H "Authorization: Bearer $TOKEN"`, 'http://a/', { Authorization: ['Bearer ', token] }],
  ] as const)
    expect([script, only(script)]).toMatchObject([script, { url: typeof url === 'string' ? [url] : url, header }])
  expect(read('curl -fL http://a/$BLANKS').requests.map(({ url }) => url)).toEqual([['http://a/a'], ['http://b']])
})

test('credentials of references are a secret of their own, made of their base64', () => {
  const basicOf = [user, ':', password]
  for (const script of [
    'curl -fL -u "$NAME:$PASSWORD" http://a',
    'curl -fL "http://$NAME:$PASSWORD@a"',
    'curl -fL -H "Authorization: Basic $(echo -n "$NAME:$PASSWORD" | base64 -w 0)" http://a',
    'wget -qO- -t 1 --user="$NAME" --password="$PASSWORD" http://a',
  ])
    expect([script, only(script).header.Authorization]).toMatchObject([
      script,
      ['Basic ', { kind: 'secret', name: 'SHOP_PASSWORD_BASIC', basicOf }],
    ])
  const [admin, root] = ['admin', 'root'].map(
    (name) => only(`curl -fL -u ${name}:"$PASSWORD" http://a`).header.Authorization?.[1],
  )
  expect((admin as Reference).name).not.toBe((root as Reference).name)
})

test('what a success is becomes what the task expects', () => {
  for (const [script, expected] of [
    ['curl -fsSL http://a', undefined],
    ['curl -fsS http://a', status('2xx', '3xx')],
    [`test "$(curl -s -o /dev/null -w '%{http_code}' http://a)" = 204`, status(204)],
    [
      `S=$(curl -s -o /dev/null -w '%{http_code}' http://a)\nif [ "$S" -ge 200 ] && [ "$S" -lt 300 ]; then echo ok; else exit 1; fi`,
      status('2xx'),
    ],
    [`S=$(curl -s -o /dev/null -w '%{http_code}' http://a); [ $S = 200 ] || [ $S = 404 ]`, status(200, 404)],
    [`S=$(curl -s -o /dev/null -w '%{http_code}' http://a); if [ $S != 200 ]; then exit 1; fi; echo ok`, status(200)],
    [
      `S=$(curl -s -o /dev/null -w '%{http_code}' http://a); if [ $S = 200 ]; then echo ok; elif [ $S = 409 ]; then echo busy; else exit 1; fi`,
      status(200, 409),
    ],
    [
      `S=$(curl -s -o /dev/null -w '%{http_code}' http://a); if [ $S != 200 ]; then if [ $S != 404 ]; then exit 1; fi; fi`,
      status(200, 404),
    ],
    [`R=$(curl -s -w '\\n%{http_code}' http://a); S=$(echo "$R" | tail -n1); [ "$S" = "200" ] || exit 1`, status(200)],
    [`curl -s -o /dev/null -w '%{http_code}' http://a | grep -qE '^(200|204)$'`, status(200, 204)],
    ['wget --spider -S http://a 2>&1 | grep "200 OK"', status(200)],
    ['wget --spider http://a 2>&1 | grep "200 OK"', status(200)],
    ['curl -sL http://a | grep -q done || exit 1', { contains: 'done' }],
    ['! curl -sL http://a | grep -q error', { not_contains: 'error' }],
    [`B=$(curl -sfL http://a); echo "$B" | grep -q '"ok":true'`, { contains: '"ok":true' }],
    [`[[ "$(curl -sL http://a)" == *"ok"* ]]`, { contains: 'ok' }],
    [
      `curl -sfL http://a | jq -e '.status == "ok" and .count >= 5'`,
      {
        json: [
          { pointer: '/status', equals: 'ok' },
          { pointer: '/count', at_least: 5 },
        ],
      },
    ],
    [`curl -sfL http://a | jq -e '.items | length > 0'`, { json: [{ pointer: '/items/0', present: true }] }],
    [`[ "$(curl -sfL http://a | jq -r .status)" = "ok" ]`, { json: [{ pointer: '/status', equals: 'ok' }] }],
    [`set -o pipefail; curl -fsSL http://a | cat`, undefined],
    [
      `S=$(curl -s -o /tmp/out -w '%{http_code}' http://a)\ncat /tmp/out\nrm -f /tmp/out\n[ "$S" = 200 ] || exit 1`,
      status(200),
    ],
    ['curl -sfL -o /tmp/out http://a && cat /tmp/out | grep -q done', { contains: 'done' }],
  ] as const)
    expect([script, only(script).fields.expect, only(script).failsOn] as unknown).toEqual([script, expected, 'status'])
})

test('failures that the job did not see are said', () => {
  for (const [script, failsOn] of [
    ['curl -fL http://a || true', 'nothing'],
    ['curl -fL http://a || echo failed', 'nothing'],
    ['curl -fL http://a; echo done', 'nothing'],
    ['if curl -fL http://a; then echo ok; else echo bad; fi', 'nothing'],
    ['curl -L http://a', 'no_answer'],
    ['curl -fL http://a || exit 1', 'status'],
    ['curl -fL http://a || { echo bad >&2; exit 1; }', 'status'],
    ['curl -fL http://a\nif [ $? -ne 0 ]; then exit 1; fi', 'status'],
    ['curl -fL http://a\nret=$?\nif [ $ret -ne 0 ]; then echo bad; exit $ret; fi\nexit 0', 'status'],
    ['set -e\ncurl -fL http://a\necho done', 'status'],
    ['if ! curl -fL http://a; then exit 1; fi', 'status'],
  ] as const) {
    expect([script, only(script).failsOn]).toEqual([script, failsOn])
    expect([script, read(script).notes.length > 0]).toEqual([script, failsOn !== 'status'])
  }
})

test('bodies come from pipes, here-documents and the input', () => {
  for (const [script, payload] of [
    [`echo '{"a":1}' | curl -fL -d @- http://a`, '{"a":1}'],
    [`echo '{"a":1}' | curl -fL --data-binary @- http://a`, '{"a":1}\n'],
    [`printf '{"a":"%s"}' "$HOST" | curl -fL --json @- http://a`, '{"a":"shop.example"}'],
    [`cat <<EOF | curl -fL --data-binary @- http://a\n{"a": "$HOST"}\nEOF`, '{"a": "shop.example"}\n'],
    [`curl -fL -d @- http://a <<'EOF'\n$HOST\nEOF`, '$HOST'],
    ['curl -fL -d "$(echo a; echo b; echo)" http://a', 'a\nb'],
    [`curl -fL -d "it'"'s' http://a`, "it's"],
  ] as const)
    expect([script, only(script).payload]).toEqual([script, [payload]])
  expect(read('curl -fL -d @- http://a', 'a=b\n').requests[0]?.payload).toEqual(['a=b'])
})

test('programs around a call are taken off', () => {
  for (const [script, fields] of [
    ['timeout 60 curl -fL http://a', { timeout_seconds: 60 }],
    [
      'timeout 60 wget -qO- -t 2 http://a',
      {
        timeout_seconds: 60,
        retries: 1,
        retry: { min_backoff_seconds: 1, max_backoff_seconds: 10, max_duration_seconds: 60, on: ['no_answer'] },
      },
    ],
    ['timeout -k 5 2m /usr/bin/curl -fL -m 300 http://a', { timeout_seconds: 120 }],
    ['timeout 2m sh -c "timeout 10 true; timeout 5m curl -fL http://a"', { timeout_seconds: 120 }],
    ['nice -n 10 ionice -c3 curl -fL http://a', {}],
    ['flock -n /tmp/lock curl -fL http://a', {}],
    ['apk add --no-cache curl && sleep 5 && curl -fL http://a >/dev/null 2>&1', {}],
    ['env A=b curl -fL http://a', {}],
  ] as const)
    expect([script, only(script).fields] as unknown).toEqual([script, fields])
})

test('options without a meaning for the request are notes', () => {
  for (const [script, note] of [
    ['curl -kfL http://a', 'http:// has no certificates'],
    ['curl -fL --http2-prior-knowledge http://a', 'Duly speaks HTTP/1.1'],
    ["curl -fL '-H X-A: b' http://a", 'blank before the name'],
  ] as const) {
    expect([script, only(script).url]).toEqual([script, ['http://a']])
    expect([
      script,
      read(script)
        .notes.map(({ text }) => text)
        .join(),
    ]).toEqual([script, expect.stringContaining(note)])
  }
})

test('what shells read in different ways is said', () => {
  expect(
    read(`curl -fL -H $'X: a' http://a`)
      .notes.map(({ text }) => text)
      .join(),
  ).toContain('dash')
  const bash = [['bash'], ['-c'], [`curl -fL -H $'X: a' http://a`]]
  expect(readCommandLine(bash, environment).notes).toEqual([])
})

test('several calls are several requests, and what connects them is said', () => {
  const two = read('set -e\ncurl -fL http://a\ncurl -fL http://b')
  expect(two.requests).toHaveLength(2)
  expect(two.notes.some(({ text, offset }) => offset === 2 && text.includes('only after'))).toBe(true)
  expect(read('for h in a b c; do curl -fL http://$h/; done').requests.map(({ url }) => url)).toEqual([
    ['http://a/'],
    ['http://b/'],
    ['http://c/'],
  ])
})

test('a call that is sent only after a failure, or after a certain answer, needs a person', () => {
  const status = `S=$(curl -s -o /dev/null -w '%{http_code}' http://a)`
  for (const script of [
    'if ! curl -f http://a; then curl http://alarm; exit 1; fi',
    'if curl -f http://a; then echo ok; else curl http://alarm; fi',
    '! curl -f http://a && curl http://alarm',
    `${status}; if [ "$S" != 200 ]; then curl http://alarm; exit 1; fi`,
    `${status}; if [ "$S" -ge 400 ]; then curl http://alarm; fi`,
    `${status}; [ "$S" = 204 ] || curl http://alarm`,
    `${status}; [ "$S" != 200 ] || exit 0; curl http://alarm; exit 1`,
    'R=$(curl -sf http://a); if echo "$R" | grep -q error; then curl http://alarm; fi',
    'curl -sf http://a | grep -q ok || curl http://alarm',
  ])
    expect([script, read(script).reasons.length > 0]).toEqual([script, true])
  for (const script of [
    'curl -fL http://a && curl -fL http://b',
    'if ! curl -fL http://a; then exit 1; fi; curl -fL http://b',
    `${status}; if [ "$S" = 200 ]; then curl -fL http://b; else exit 1; fi`,
  ])
    expect([script, read(script).reasons, read(script).requests.length] as unknown).toEqual([script, [], 2])
})

test('what is not certain needs a person', () => {
  for (const script of [
    'curl http://a/?b=1&c=2',
    'curl "http://a/$(date +%F)"',
    'curl -H "Authorization: Bearer $(cat /run/token)" http://a',
    'curl "http://a/$LATE"',
    'curl http://a/{b,c}',
    "curl 'http://a/[1-3]'",
    'curl ~/x',
    'curl *',
    'curl -v http://a 2>&1 | grep "200 OK"',
    'wget -O - http://a 2>&1 | grep ok',
    'IFS=,; curl http://a',
    'curl -d @file http://a',
    'curl -F a=@file http://a',
    'curl -K config',
    'curl -k https://a',
    'curl -k http://a https://a',
    'curl -o /tmp/out http://a; psql -f /tmp/out',
    'curl -o /tmp/out http://a; rm -rf /data',
    'curl -x http://p http://a',
    'https_proxy=http://p curl https://a',
    'export HTTPS_PROXY=http://p; curl https://a',
    'curl -o /data/dump.sql http://a',
    'curl http://a > data.json',
    'curl http://a | sh',
    'curl -f http://a || curl http://alarm',
    'curl -fL http://a && curl -fsS https://hc-ping.com/uuid',
    'T=$(curl -s http://a | jq -r .token); curl -H "Authorization: Bearer $T" http://b',
    'while true; do curl http://a; done',
    'until curl http://a; do sleep 1; done',
    'for i in $(seq 3); do curl http://a/$i; done',
    'case $HOST in a) curl http://a;; esac',
    'f() { curl http://a; }; f',
    'python3 backup.py && curl http://a',
    '[ -f /etc/x ] && curl http://a',
    'trap "curl http://b" EXIT; curl http://a',
    'eval curl http://a',
    'cat urls | xargs curl',
    'curl -s http://a | grep -i ok',
    'curl -s http://a | grep -v error',
    "curl -s http://a | grep 'a.*b'",
    'curl -s http://a | jq -e \'.a | test("x")\'',
    '! curl -f http://a',
    'R=$(curl -sL http://a); if echo "$R" | grep -q ok; then echo ok; elif echo "$R" | grep -q busy; then echo busy; else exit 1; fi',
    'curl -X GET -d a http://a',
    'curl -X PROPFIND http://a',
    'curl -H "X: a" -H "X: b" http://a',
    'curl -u name http://a',
    'curl --data-urlencode "a=$TOKEN" http://a',
    'curl ftp://a/b',
    'curl "http://a/b c"',
    'curl --no-such-option http://a',
    'curl http://a "',
    'curl',
    'wget -i urls.txt',
    'wget -r http://a',
    'lynx -dump http://a',
    'echo -e "a\\n" | curl -d @- http://a',
  ])
    expect([script, read(script).reasons.length > 0]).toEqual([script, true])
})

test('commands without a call are left where they are', () => {
  for (const script of [
    '',
    '# curl http://a',
    'php /var/www/cron.php',
    'kubectl get pods | grep x',
    'pg_dump x > y',
    ')',
    'apt-get install -y curl',
  ])
    expect([script, read(script)] as unknown).toEqual([script, { requests: [], notes: [], reasons: [], isOther: true }])
})

test('a command line without a shell expands nothing', () => {
  const words = ['curl', '-fL', '-H', 'X: $HOST', 'http://a/*?b']
  expect(
    readCommandLine(
      words.map((word) => [word]),
      environment,
    ).requests,
  ).toMatchObject([{ url: ['http://a/*?b'], header: { X: ['$HOST'] } }])
  const shell = [['/bin/sh'], ['-ec'], ['curl -fL "$HOST"']]
  expect(readCommandLine(shell, environment).requests).toMatchObject([{ url: ['http://shop.example'] }])
})
