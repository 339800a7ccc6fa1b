/**
 * The authoring API: what `import { step, pipeline, … } from 'regia'` gives.
 *
 * Builders and lazy calls only: importing it loads no server, database, bundler or model runtime.
 */
export * from './authoring/index.ts'
