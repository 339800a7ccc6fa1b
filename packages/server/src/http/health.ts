import { type Health, healthSchema } from '@regia/core'
import type { App } from './app.ts'

/** Answers as soon as the server listens, without asking anything else. */
export function addHealthRoute(app: App, health: Health): void {
  const schema = { tags: ['server'], summary: 'Whether the server lives', response: { 200: healthSchema } }
  app.get('/health', { schema }, async () => health)
}
