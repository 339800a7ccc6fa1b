import { describe, expect, it } from 'vitest'
import { ownPath } from './hash-links.ts'

describe('ownPath', () => {
  it.each([
    ['#/experiments/2/runs/231574d6af6908bbd696185eadb2473f', '/experiments/2/runs/231574d6af6908bbd696185eadb2473f'],
    ['#/experiments/2/runs/231574d6/artifacts/model', '/experiments/2/runs/231574d6'],
    ['#/experiments/2', '/experiments/2'],
    ['#/experiments/2?searchFilter=', '/experiments/2'],
    ['#/models/my%20model/versions/3', '/models/my%20model/3'],
    ['#/models/churn', '/models/churn'],
    ['#/models', '/models'],
    ['#try-it', undefined],
    ['#//evil.example', undefined],
    ['', undefined],
  ])('%s leads to %s', (hash, path) => expect(ownPath(hash)).toBe(path))
})
