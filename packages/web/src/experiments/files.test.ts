import { describe, expect, it } from 'vitest'
import { commitUrl, factsOfProvenance, factsOfTags } from './code-facts.ts'
import { datasetShape } from './dataset-shape.ts'
import { fileKind } from './file-kind.ts'
import { fileRef, fileUrl, refText } from './file-source.ts'
import { isTableJson } from './table-json.ts'

describe('a file', () => {
  it.each([
    ['plots/roc.png', undefined, 'image'],
    ['report.html', undefined, 'html'],
    ['model/model.onnx', undefined, 'onnx'],
    ['model/MLmodel', undefined, 'text'],
    ['eval.csv', 'text/csv', 'table'],
    ['part.parquet', undefined, 'table'],
    ['README.md', undefined, 'markdown'],
    ['model.pkl', 'application/octet-stream', 'binary'],
    ['params.json', undefined, 'json'],
    ['run.ipynb', undefined, 'notebook'],
  ])('%s is shown as what it is', (path, type, kind) => expect(fileKind(path, type)).toBe(kind))

  it('has an address, whatever its name', () => {
    const url = fileUrl({ kind: 'run', id: 'r1' }, 'a b/ü?.txt')
    expect(url).toBe('/api/v1/tracking/runs/r1/artifacts/content?path=a%20b%2F%C3%BC%3F.txt')
    const ofVersion = fileUrl({ kind: 'version', id: 'a/b@c@3' }, 'MLmodel')
    expect(ofVersion).toBe('/api/v1/models/a%2Fb%40c/versions/3/artifacts/content?path=MLmodel')
  })

  it.each(['plots/roc.png', `m-${'0a'.repeat(16)}:MLmodel`, 'm-1:x'])('is named in the address: %s', (text) => {
    expect(refText(fileRef('r1', text))).toBe(text)
    expect(fileRef('r1', text).source.kind).toBe(text.endsWith(':MLmodel') ? 'model' : 'run')
  })

  it('is a table as log_table writes it, or as rows', () => {
    expect(isTableJson({ columns: ['a'], data: [[1]] })).toBe(true)
    expect(isTableJson([{ a: 1 }, { a: null }])).toBe(true)
    expect(isTableJson([{ a: { b: 1 } }])).toBe(false)
    expect(isTableJson([])).toBe(false)
    expect(isTableJson('text')).toBe(false)
  })
})

describe('the shape of a dataset', () => {
  it('comes from what the client described', () => {
    const shape = datasetShape({ profile: '{"num_rows": 1200}', schema: '{"mlflow_colspec": [{}, {}]}' })
    expect(shape).toBe('1,200 × 2')
    expect(datasetShape({ profile: '{"num_rows": 5}', schema: undefined })).toBe('5 × ?')
    expect(datasetShape({ profile: 'nonsense', schema: undefined })).toBe('–')
  })
})

describe('the code of a run', () => {
  it('is a link where the repository is known', () => {
    const commit = 'abcdef0123456789abcdef0123456789abcdef01'
    const tags = { 'mlflow.source.git.commit': commit, 'mlflow.source.git.repoURL': 'git@github.com:a/b.git' }
    expect(commitUrl(factsOfTags({ tags }))).toBe(`https://github.com/a/b/commit/${commit}`)
  })

  it('is none where the address is anything else', () => {
    const tags = { 'git.commit': 'abcdef0', 'git.remote': 'javascript:alert(1)//github.com/a/b' }
    expect(commitUrl(factsOfTags({ tags }))).toBeUndefined()
    expect(factsOfTags({ tags }).commit).toBe('abcdef0')
  })

  it('is read from what track() kept', () => {
    const facts = factsOfProvenance(
      JSON.stringify({
        command: ['node', 'train.ts'],
        seed: '7',
        git: { commit: 'abc', isDirty: true, diffDigest: 'sha256:00' },
        node: '26.1.0',
        somethingNewer: {},
      }),
    )
    expect(facts).toMatchObject({
      commit: 'abc',
      isDirty: true,
      diffFile: 'regia/uncommitted.diff',
      command: 'node train.ts',
      runtime: 'Node 26.1.0',
      machine: undefined,
    })
    expect(factsOfProvenance('nonsense')).toBeUndefined()
  })
})
