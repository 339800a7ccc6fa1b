import { catalog, entry } from 'regia'

export const c = catalog({ customers: entry.csv({ path: 'data/customers.csv' }) })
