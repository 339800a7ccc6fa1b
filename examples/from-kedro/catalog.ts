import { catalog, entry, z } from 'regia'

export const Metrics = z.object({ mae: z.number(), r2: z.number(), rows: z.number().int() })

const raw = (folder: string) => ({
  companies: entry.csv({ path: `data/${folder}/companies.csv` }),
  shuttles: entry.csv({ path: `data/${folder}/shuttles.csv` }),
  reviews: entry.csv({ path: `data/${folder}/reviews.csv` }),
})

/** What Kedro keeps in `conf/base/catalog.yml` and `conf/prod/catalog.yml`: every name has a type, and a wrong one does not compile. */
export const c = catalog(
  {
    ...raw('01_raw'),
    preprocessed_companies: entry.parquet({ path: 'data/02_intermediate/companies.parquet' }),
    preprocessed_shuttles: entry.parquet({ path: 'data/02_intermediate/shuttles.parquet' }),
    model_input_table: entry.parquet({ path: 'data/03_primary/model_input_table.parquet' }),
    metrics: entry.json({ path: 'data/08_reporting/metrics.json', schema: Metrics }),
    test_size: entry.param(z.number().gt(0).lt(1), 0.2),
    trees: entry.param(z.number().int().min(1).max(1000), 60),
  },
  { environments: { prod: { ...raw('prod'), trees: 150 } } },
)
