import { catalog, entry, z } from 'regia'

export const Metrics = z.object({ auc: z.number(), customers: z.number().int() })

/** Every name that the project reads or saves. Give an environment other places under `environments`. */
export const c = catalog(
  {
    customers: entry.csv({ path: 'data/customers.csv' }),
    clean: entry.parquet({ path: 'data/clean.parquet' }),
    metrics: entry.json({ path: 'data/metrics.json', schema: Metrics }),
    trees: entry.param(z.number().int().min(1).max(1000), 80),
  },
  { environments: { prod: { trees: 200 } } },
)
