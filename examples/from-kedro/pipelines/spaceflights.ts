import { c } from '../catalog.ts'
import { createModelInputTable, preprocessCompanies, preprocessShuttles } from '../steps/processing.ts'
import { evaluate, split, train } from '../steps/science.ts'

/** Nodes in any order, as in Kedro: what each needs and makes says the rest. */
const dataScience = c.flow('data-science', [
  c.node(evaluate, { in: { model: 'regressor', test: 'test_rows' }, out: { metrics: 'metrics' } }),
  c.node(train, { in: { train: 'train_rows', trees: 'trees' }, out: { model: 'regressor' } }),
  c.node(split, {
    in: { rows: 'model_input_table', share: 'test_size' },
    out: { train: 'train_rows', test: 'test_rows' },
  }),
])

const dataProcessing = c.flow('data-processing', [
  c.node(createModelInputTable, {
    in: { shuttles: 'preprocessed_shuttles', companies: 'preprocessed_companies', reviews: 'reviews' },
    out: { rows: 'model_input_table' },
  }),
  c.node(preprocessShuttles, { in: { shuttles: 'shuttles' }, out: { shuttles: 'preprocessed_shuttles' } }),
  c.node(preprocessCompanies, { in: { companies: 'companies' }, out: { companies: 'preprocessed_companies' } }),
])

/** The trainer stands before what it needs, a whole pipeline before another one. */
export default c.flow('spaceflights', [dataScience, dataProcessing], {
  description: 'What does a trip to the moon cost?',
})
