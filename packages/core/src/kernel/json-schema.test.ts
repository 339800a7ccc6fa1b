import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { jsonSchemaFault } from './json-schema.ts'

describe('jsonSchemaFault', () => {
  const schema = z.toJSONSchema(z.object({ auc: z.number().min(0).max(1), rows: z.int() }))

  it('has nothing against what fits, nor against anything under an empty schema', () => {
    expect(jsonSchemaFault(schema, { auc: 0.5, rows: 3 })).toBeUndefined()
    expect(jsonSchemaFault({}, [null, 'x'])).toBeUndefined()
  })

  it('names the fields that do not fit', () => {
    expect(jsonSchemaFault(schema, { auc: 'high', rows: 1.5 })).toMatch(/^auc: .*number.*; rows: /)
    expect(jsonSchemaFault({ type: 'number', minimum: 0 }, -1)).toMatch(/>=0/)
  })

  it('says when the schema itself is none', () => {
    expect(jsonSchemaFault({ $ref: '#/nowhere' }, 1)).toMatch(/cannot be read/)
  })
})
