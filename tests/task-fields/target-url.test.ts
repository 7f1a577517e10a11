import { expect, test } from 'bun:test'
import { isTargetUrl, urlFault } from '../../src/task-fields/target-url.ts'
import { createAccount, createTask, farTask, send } from '../support/app.ts'
import { expectWork, workSoFar } from '../support/promised.ts'

const dollar = '$'

test.each([
  ['', 'it is empty'],
  ['example.com', 'has no scheme: write http://example.com or https://example.com'],
  ['//example.com/x', 'has no scheme: write http://example.com'],
  ['localhost:3000/x?token=geheim', 'has no scheme: write http://localhost:3000 or https://localhost:3000'],
  ['/path', 'names no scheme and no host'],
  ['user:geheim@h/x', 'must begin with http:// or https://, and hold no user and password'],
  ['https//example.com', 'must begin with http:// or https://'],
  ['htp://h/', 'only these are called, not htp: (write http://)'],
  ['ttps://h/', 'only these are called, not ttps: (write https://)'],
  ['hhttps://h/', 'only these are called, not hhttps: (write https://)'],
  ['ftp://h/', 'only these are called, not ftp:'],
  ['http://https://h/', 'has its scheme twice'],
  ['"http://h/"', 'must not stand in quotation marks'],
  ["'http://h/'", 'must not stand in quotation marks'],
  ['\u201chttp://h/\u201d', 'must not stand in quotation marks'],
  ['<http://h/>', 'must not stand in quotation marks or brackets'],
  ['"h/x"', 'must not stand in quotation marks'],
  ['GET http://h/', 'must begin with http:// or https://; leave out what stands before that'],
  ['url=http://h/', 'must begin with http:// or https://; leave out what stands before that'],
  ['undefined', 'is the word undefined, which stands for a missing value'],
  ['file:///etc/passwd', 'only these are called, not file:'],
  ['javascript:alert(1)', 'only these are called, not javascript:'],
  ['http:/h', 'must have two slashes behind the scheme'],
  ['http:///x', 'names no host'],
  ['https://?x', 'names no host'],
  ['http://:80/', 'names no host'],
  ['http://user:geheim@h/', 'must not hold user and password'],
  ['http://@h/', 'must not hold user and password'],
  ['http://h:99999/', 'has a port that is none: 99999; it must be a number from 1 to 65535'],
  ['http://h:0/', 'has a port that is none: 0;'],
  ['http://h:http/', 'has a port that is none: http;'],
  ['http://[::1]:x/', 'has a port that is none: x;'],
  ['http://::1/', 'must have an IPv6 address in brackets'],
  ['http://[::1/', 'has a host that is no IPv6 address in brackets'],
  ['http://[fe80::1%eth0]/', 'must not name an interface'],
  ['http://999.1.1.1/', 'has a host that is no IPv4 address: 999.1.1.1'],
  ['http://a"b/', 'has a host that is no host name: a"b'],
  ['http://h/a b', 'must not hold a space (character 11): write %20'],
  [' http://h/', 'must not begin or end with a space or a line break; it begins with a space'],
  ['http://h/\n', 'must not begin or end with a space or a line break; it ends with a line break'],
  ['http://h/\t', 'it ends with a tab'],
  ['http://h/a\tb', 'must not hold the invisible character U+0009 (character 11)'],
  ['http://h/\u200b x', 'must not hold a space'],
  ['http://h\\x', 'must not hold a backslash'],
  ['http://h/a`b', 'must not hold a backtick'],
  ['http://h/a{b', 'must not hold { outside its query: write %7B'],
  [`http://h/${'x'.repeat(4096)}`, 'must be a URL of at most 4096 characters; it has 4105'],
  ['http://h/$(date)', 'holds a shell command that was not filled in: $(date).'],
  ['http://$(hostname -f)/', 'holds a shell command that was not filled in: $(hostname -f).'],
  ['http://h/?d=`date`', 'holds a shell command that was not filled in: `date`.'],
  [`http://h/${dollar}{X}`, `holds a variable that was not filled in: ${dollar}{X}.`],
  [`${dollar}{BASE}/x`, `holds a variable that was not filled in: ${dollar}{BASE}.`],
  ['http://h/%USER%', 'holds a variable that was not filled in: %USER%.'],
  ['http://$HOST/', 'holds a variable that was not filled in: $HOST.'],
  ['http://api.$DOMAIN:8080/', 'holds a variable that was not filled in: $DOMAIN.'],
  ['http://$env:HOST/', 'holds a variable that was not filled in: $env:HOST.'],
  ['$URL/path', 'holds a variable that was not filled in: $URL.'],
  ['http://$(HOST)/', 'holds a variable that was not filled in: $(HOST).'],
  ['http://user:$geheim@h/', 'must not hold user and password'],
  ['http://{{host}}/', 'holds a template that was not filled in: {{host}}.'],
  ['{{ base }}/x', 'holds a template that was not filled in: {{ base }}.'],
  ['http://h/?a=<%= b %>', 'holds a template that was not filled in: <%= b %>.'],
  ['http://h/{id}/x', 'holds a placeholder that was not filled in: {id}.'],
  ['http://h/<your id>', 'holds a placeholder that was not filled in: <your id>.'],
])('the message for a URL names the cause: %j', (url, cause) => {
  expect(urlFault(url)).toContain(cause)
  expect(urlFault(url)).not.toContain('geheim')
})

test.each([
  ...['http://h', 'HTTP://h/', 'http://h:/', 'http://h?x', 'http://h#x', 'http://h:080/', 'http://EXAMPLE.com.:443/#f'],
  ...["http://h/a(b)!$&'()*+,;=:@~", 'http://h/$metadata?$filter=a%20eq%20b&$top=1', 'http://h/;v=1', 'http://h/a//..'],
  ...['http://h/?q={"a":{"b":[1]}}', 'http://h/?query={user{id}}', 'http://h/?a[]=1', 'http://h/?u=a@b', 'http://h/@x'],
  ...['http://h/%24(date)', 'http://h/%7B%7Bhost%7D%7D', 'http://h/%60date%60', 'http://h/100%', 'http://h/%AB%CD%20'],
  ...[
    'http://bücher.example/ü?é=😀',
    'http://xn--bcher-kva.example/',
    'http://a_b.c/',
    'http://127.1/',
    'http://0x7f.1/',
  ],
  ...[
    'http://[::1]:80/',
    'http://[::ffff:1.2.3.4]/',
    'https://h/?x=1%2B1',
    'http://h/a|b^c',
    'http://h/?a=$1&b=$',
    'http://%68/',
  ],
])('a URL that is legal, or harmless, is taken: %j', (url) => {
  expect(urlFault(url)).toBeUndefined()
  expect(isTargetUrl(url)).toBe(true)
})

test('the API answers with the cause, wherever a URL is given', async () => {
  const owner = await createAccount()
  const url = 'http://{{host}}/'
  const { id } = await createTask(owner, farTask)
  const { body: created } = await send(owner, 'POST', '/tasks', { ...farTask, url })
  const { body: changed } = await send(owner, 'POST', `/tasks/${id}`, { url })
  const { body: replaced } = await send(owner, 'PUT', `/tasks/${id}`, { ...farTask, url })
  const { body: bulk } = await send(owner, 'POST', '/tasks/bulk', { tasks: [farTask, { ...farTask, url }] })
  for (const { errors } of [created, changed, replaced, bulk])
    expect(errors).toEqual([
      {
        path: errors === bulk.errors ? '/tasks/1/url' : '/url',
        message: expect.stringContaining('holds a template that was not filled in: {{host}}.'),
        code: 'invalid',
      },
    ])
})

test('a hostile URL is looked at in no time', () => {
  const began = workSoFar()
  for (const part of ['$(', '{', '{{', '<', '<%', '%a', '`', '#{', '[', ':', '@', 'a.'])
    urlFault(`http://h/${part.repeat(4000 / part.length)}`)
  expectWork(500, began)
})
