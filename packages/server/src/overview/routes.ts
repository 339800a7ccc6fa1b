import { overviewSchema } from '@regia/core'
import type { App } from '../http/app.ts'
import { getOverview, type OverviewSources } from './overview-service.ts'

export function addOverviewRoute(app: App, sources: OverviewSources): void {
  const schema = {
    tags: ['overview'],
    summary: 'What is in production and what needs a person',
    response: { 200: overviewSchema },
  }
  app.get('/api/v1/overview', { schema }, async () => getOverview(sources))
}
