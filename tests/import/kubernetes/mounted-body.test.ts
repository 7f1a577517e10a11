// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of shells
import { expect, test } from 'bun:test'
import { inlineBodies, inlineBodiesOfScript, missingConfigMaps } from '../../../src/import/kubernetes/mounted-body.ts'
import { findMountedText, replaceMountedFiles } from '../../../src/import/kubernetes/mounted-text.ts'
import { StoredData } from '../../../src/import/kubernetes/objects.ts'
import { readManifests } from '../../../src/import/kubernetes/read-manifests.ts'

const { resources } = readManifests([
  {
    text: `kind: ConfigMap
metadata: {name: files, namespace: shop}
data:
  body.json: |
    {"a": 1,
     "b": "$(X)"}
  run.sh: "#!/bin/sh\\ncurl x"
  run.py: "#!/usr/bin/env python3\\n"
`,
  },
])
const container = {
  workingDir: '/config',
  volumeMounts: [
    { name: 'files', mountPath: '/config' },
    { name: 'files', mountPath: '/one.json', subPath: 'body.json' },
    { name: 'keys', mountPath: '/keys/' },
    { name: 'all', mountPath: '/all' },
  ],
}
const pod = {
  spec: {
    volumes: [
      { name: 'files', configMap: { name: 'files' } },
      { name: 'keys', secret: { secretName: 'api', items: [{ key: 'token', path: 'api/token' }] } },
      {
        name: 'all',
        projected: { sources: [{ configMap: { name: 'files', items: [{ key: 'run.sh', path: 'go' }] } }] },
      },
    ],
  },
}
const around = {
  data: new StoredData(resources, ''),
  references: {
    secret: ({ secret, key }: { secret: string; key: string }) => ({
      kind: 'secret' as const,
      name: `${secret}_${key}`,
      from: '',
    }),
    variable: () => ({ kind: 'variable' as const, name: 'X', from: '' }),
  },
  namespace: 'shop',
  pod,
}

test('the body of a mounted ConfigMap is what curl sends', () => {
  const body = '{"a": 1, "b": "$$(X)"}'
  expect(inlineBodies(['curl', '-d', '@/config/body.json', 'x'], container, around)).toEqual([
    'curl',
    '--data-raw',
    body,
    'x',
  ])
  expect(inlineBodies(['--data-binary', '@body.json'], container, around)[1]).toContain('\n')
  expect(inlineBodies(['--data', '@/one.json'], container, around)[1]).toBe(body)
  expect(inlineBodies(['-d', '@/elsewhere.json'], container, around)).toEqual(['-d', '@/elsewhere.json'])
  const script = inlineBodiesOfScript('curl -d "@/config/body.json" x', container, around)
  expect(script.script).toBe('curl --data-raw "${DULY_FILE_1}" x')
  expect(script.variables.get('DULY_FILE_1')).toEqual(['{"a": 1, "b": "$(X)"}'])
})

test('a ConfigMap that the input lacks is told by its name', () => {
  const elsewhere = { ...around, namespace: 'other' }
  expect(missingConfigMaps('curl -d @/config/body.json x', container, around)).toEqual([])
  expect(missingConfigMaps('curl -d @/config/body.json x', container, elsewhere)).toEqual(['files'])
  expect(missingConfigMaps('curl -d "$(cat /one.json)" -d @/keys/api/token -d @/x y', container, elsewhere)).toEqual([
    'files',
  ])
})

test('a mounted Secret is its key, and other files stay what they are', () => {
  const { script, variables } = replaceMountedFiles('a $(cat /keys/api/token) `cat /keys/other`', container, around)
  expect(script).toBe('a ${DULY_SECRET_api_token} `cat /keys/other`')
  expect([...variables.values()]).toMatchObject([[{ name: 'api_token' }]])
  const text = replaceMountedFiles('curl -d "$(cat /config/body.json)" x', container, around)
  expect(text.script).toBe('curl -d "${DULY_TEXT_1}" x')
  expect([...text.variables.values()]).toEqual([['{"a": 1,\n "b": "$(X)"}']])
})

test.each<[string[], number, string | undefined, string | undefined]>([
  [['sh', '/config/run.sh'], -1, '#!/bin/sh\ncurl x', undefined],
  [['/bin/bash', '-e', './run.sh'], -1, '#!/bin/sh\ncurl x', undefined],
  [['/all/go'], -1, '#!/bin/sh\ncurl x', undefined],
  [['sh', '-c', ' /config/run.sh '], 2, '#!/bin/sh\ncurl x', undefined],
  [['sh', '/config/run.sh', 'now'], -1, '#!/bin/sh\ncurl x', 'gets arguments'],
  [['/config/run.py'], -1, '#!/usr/bin/env python3\n', 'script of python3'],
  [['sh', '/config/missing.sh'], -1, '', 'add the ConfigMap'],
  [['sh', '/keys/api/token'], -1, '', 'script of a Secret'],
  [['sh', '/opt/run.sh'], -1, undefined, undefined],
  [['sh', '-c', 'echo a; /config/run.sh'], 2, undefined, undefined],
])('%j runs the script of a ConfigMap, if it is one', (words, scriptAt, text, problem) => {
  const found = findMountedText(words, scriptAt, container, around)
  expect(found?.text).toBe(text as string)
  if (problem) expect(found?.problem).toContain(problem)
  else expect(found?.problem).toBeUndefined()
})
