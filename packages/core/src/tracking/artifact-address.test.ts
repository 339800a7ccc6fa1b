import { describe, expect, it } from 'vitest'
import { artifactFolderOf } from './artifact-address.ts'

describe('artifactFolderOf', () => {
  it.each([
    ['mlflow-artifacts:/5/run/artifacts', '5/run/artifacts'],
    ['mlflow-artifacts:/5/models/m-1/artifacts/', '5/models/m-1/artifacts'],
    ['mlflow-artifacts:5', '5'],
    ['mlflow-artifacts:/', ''],
    ['mlflow-artifacts://regia.example:4300/5/run', '5/run'],
    ['mlflow-artifacts:/a%20b/%C3%BC', 'a b/ü'],
    ['mlflow-artifacts:/5//run/./artifacts', '5/run/artifacts'],
    ['https://regia.example/api/2.0/mlflow-artifacts/artifacts/5/run', '5/run'],
  ])('finds the folder of %s', (uri, folder) => {
    expect(artifactFolderOf(uri)).toBe(folder)
  })

  it.each([
    's3://bucket/5',
    'file:///etc',
    '/etc',
    'etc',
    './mlflow-artifacts:/5',
    'mlflow-artifacts:/../../etc',
    'mlflow-artifacts:/a/%2e%2e/b',
    'mlflow-artifacts:/a/..%2f..%2fb',
    'mlflow-artifacts:/a#/../b',
    'mlflow-artifacts:/a?b=../c',
    'mlflow-artifacts:/a;b=../c',
    'mlflow-artifacts:/a\\..\\b',
    'mlflow-artifacts:/a%5c..%5cb',
    'mlflow-artifacts:/a%00',
    'mlflow-artifacts:/%zz',
    'https://elsewhere.example/5',
    'runs:/abc/model',
    '',
  ])('finds none for %s', (uri) => {
    expect(artifactFolderOf(uri)).toBeUndefined()
  })
})
