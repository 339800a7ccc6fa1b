export * from './model.ts'
export * from './program-signature.ts'
export * from './registry.ts'
export * from './signature.ts'
