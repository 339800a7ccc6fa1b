export * from './demo.ts'
