export * from './model.ts'
export * from './signature.ts'
