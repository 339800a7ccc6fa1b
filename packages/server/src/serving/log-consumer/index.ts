export { CountStore, type EndpointCounts } from './count-store.ts'
export { HOUR_MS } from './delta.ts'
export { LogConsumer, type LogConsumerOptions } from './log-consumer.ts'
export type { FindVersionFacts, VersionFacts } from './version-facts.ts'
