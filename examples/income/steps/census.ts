import type { SchemaInput } from 'regia'

const text = (name: string, nullable = false) => ({ name, type: 'string', nullable }) as const
const number = (name: string, minimum: number, maximum: number) => ({ name, type: 'float', minimum, maximum }) as const

/** What the census asks, and whether a person earns more than 50,000 dollars a year. Where somebody works and comes from is not always known. */
export const CENSUS: SchemaInput = {
  columns: [
    number('age', 0, 130),
    text('work_class', true),
    text('education'),
    text('marital_status'),
    text('occupation', true),
    text('relationship'),
    text('race'),
    text('sex'),
    number('capital_gain', 0, 1e9),
    number('capital_loss', 0, 1e9),
    number('hours_per_week', 0, 168),
    text('native_country', true),
    { name: 'income', type: 'string', oneOf: ['<=50K', '>50K'] },
  ],
}

export const NUMBERS = ['age', 'capital_gain', 'capital_loss', 'hours_per_week'] as const
export const CATEGORIES = [
  'work_class',
  'education',
  'marital_status',
  'occupation',
  'relationship',
  'race',
  'sex',
  'native_country',
] as const
export const TARGET = 'income'
