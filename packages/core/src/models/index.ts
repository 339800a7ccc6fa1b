export * from './model.ts'
export * from './program-signature.ts'
export * from './signature.ts'
