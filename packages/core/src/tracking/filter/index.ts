export * from './clause.ts'
export { EXPERIMENT_GRAMMAR, LOGGED_MODEL_GRAMMAR, RUN_GRAMMAR } from './grammars.ts'
export { parseFilter } from './parse-filter.ts'
export { parseOrder } from './parse-order.ts'
