import { expect, it } from 'vitest'
import { addressOfHash } from './hash-address.ts'

it.each([
  ['#/experiments/1/runs/abc', '/experiments/1/runs/abc'],
  ['#/experiments/1', '/experiments/1'],
  ['#/models/adult/versions/3', '/models/adult/3'],
  ['#/models', '/models'],
  ['#', undefined],
  ['#//elsewhere.example/experiments', undefined],
  ['#section', undefined],
])('leads %s to %s', (hash, address) => expect(addressOfHash(hash)).toBe(address))
