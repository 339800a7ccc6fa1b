import { describe, expect, it } from 'vitest'
import { isBelowUri, isInsideFolder, parseModelSource } from './model-source.ts'

describe('parseModelSource', () => {
  it.each([
    ['models:/m-0123', { kind: 'loggedModel', id: 'm-0123' }],
    ['models:/a model/3', { kind: 'version', model: 'a model', version: 3 }],
    ['models:/team/late/3', { kind: 'version', model: 'team/late', version: 3 }],
    ['models:/late@champion', { kind: 'version', model: 'late', version: 'champion' }],
    ['models:/late/latest', { kind: 'version', model: 'late', version: 'latest' }],
    ['models:/m-0123/2', { kind: 'version', model: 'm-0123', version: 2 }],
    ['runs:/abc/path/to/model', { kind: 'run', runId: 'abc', path: 'path/to/model' }],
    ['runs:/abc', { kind: 'run', runId: 'abc', path: '' }],
    ['mlflow-artifacts:/1/abc/artifacts', { kind: 'artifacts', uri: 'mlflow-artifacts:/1/abc/artifacts' }],
    ['s3://bucket/model', { kind: 'remote' }],
    ['https://host/model?version=1', { kind: 'remote' }],
    ['dbfs:/models/a', { kind: 'remote' }],
    ['/etc/passwd', { kind: 'local', path: '/etc/passwd' }],
    ['file:///tmp/a', { kind: 'local', path: '/tmp/a' }],
    ['file:/tmp/a', { kind: 'local', path: '/tmp/a' }],
    ['file://localhost/tmp/a', { kind: 'local', path: '/tmp/a' }],
    ['file:///tmp/%2e%2e/etc', { kind: 'local', path: '/tmp/../etc' }],
    ['C:\\models', { kind: 'local', path: 'C:\\models' }],
    ['dummy-source', { kind: 'local', path: 'dummy-source' }],
  ])('reads %s', (text, source) => {
    expect(parseModelSource(text)).toEqual(source)
  })

  it.each([
    's3://bucket/../x',
    's3:/bucket/a/../../x',
    's3://bucket/./x',
    'mlflow-artifacts:/..%2f..%2f',
    'mlflow-artifacts://host:80/../../',
    'mlflow-artifacts:/1/abc/artifacts/%2e%2e/x',
    'mlflow-artifacts:/1/abc/artifacts/%252e%252e/x',
    'mlflow-artifacts:/1/abc/artifacts/%25252e%25252e%25252f/x',
    'mlflow-artifacts:/1/..\\x',
    'https://host/artifacts%00',
    'https://host/a?path=/../x',
    'runs:/abc/../def',
    'models:/../1',
  ])('refuses %s', (text) => {
    expect(() => parseModelSource(text)).toThrow(/without relative path references/)
  })

  it.each(['runs://host/abc/model', 'runs:/', 'models:/late', 'models:/', 'models://host/late/1', 'models:/late/x'])(
    'cannot read %s',
    (text) => {
      expect(() => parseModelSource(text)).toThrow(/It must be runs:/)
    },
  )
})

describe('isBelowUri', () => {
  const root = 'mlflow-artifacts:/1/abc/artifacts'
  it.each([
    [root, true],
    [`${root}/model`, true],
    ['mlflow-artifacts:///1/abc/artifacts/model', true],
    ['mlflow-artifacts:/1/abc/artifacts-of-others', false],
    ['mlflow-artifacts:/1/abcd/artifacts', false],
    ['mlflow-artifacts:/1/abc', false],
    ['s3:/1/abc/artifacts', false],
  ])('of %s is %s', (uri, is) => {
    expect(isBelowUri(uri, root)).toBe(is)
  })

  it('is of nothing that has no root', () => {
    expect(isBelowUri('mlflow-artifacts:/x', 'mlflow-artifacts:/')).toBe(false)
  })
})

describe('isInsideFolder', () => {
  it.each([
    ['/runs/1/artifacts', true],
    ['/runs/1/artifacts/model', true],
    ['/runs/1/artifacts/../../2', false],
    ['/runs/1/artifacts2', false],
    ['runs/1/artifacts', false],
  ])('of %s is %s', (path, is) => {
    expect(isInsideFolder(path, '/runs/1/artifacts/')).toBe(is)
  })
})
