export * from './dataset.ts'
export * from './profile.ts'
export * from './schema.ts'
